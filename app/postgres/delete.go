package postgres

import (
	"context"

	"crosscloud/app/todo"
)

// deleteOf marks items with the write that deletes them.
func deleteOf(condition string) statement {
	return writeOf(`gone as (
    update todos
       set deletion = (select write from fresh)
     where list = (select list from fresh) and deletion = 0 ` + condition + `
    returning completed
), outcome as (
    select jsonb_build_object('items', count(*)) as answer,
           -count(*) as total,
           -count(*) filter (where not completed) as open,
           count(*) as deleted
      from gone
)`)
}

var (
	deleteWork          = deleteOf("and id = $4")
	deleteCompletedWork = deleteOf("and completed")
	deleteAllWork       = deleteOf("")
)

// Delete implements todo.Store.
func (s *Store) Delete(ctx context.Context, access todo.Access, key todo.Key, id int64) error {
	deleted, err := s.write(ctx, "delete an item", deleteWork, access, key, id)
	if err == nil && deleted.Items == 0 {
		return todo.ErrNotFound
	}
	return err
}

// DeleteCompleted implements todo.Store.
func (s *Store) DeleteCompleted(ctx context.Context, access todo.Access, key todo.Key) (int, error) {
	deleted, err := s.write(ctx, "delete the completed items", deleteCompletedWork, access, key)
	return deleted.Items, err
}

// DeleteAll implements todo.Store.
func (s *Store) DeleteAll(ctx context.Context, access todo.Access, key todo.Key) (int, error) {
	deleted, err := s.write(ctx, "delete all items", deleteAllWork, access, key)
	return deleted.Items, err
}

var undoWork = writeOf(`target as (
    select id from writes where list = (select list from fresh) and key = $4 and ` + recent + `
), restored as (
    update todos
       set deletion = 0
     where list = (select list from fresh) and deletion = (select id from target)
    returning completed
), undone as (
    update writes set deleted = 0 where id = (select id from target)
), outcome as (
    select jsonb_build_object('items', count(*)) as answer,
           count(*) as total,
           count(*) filter (where not completed) as open,
           0 as deleted
      from restored
)`)

// Undo implements todo.Store.
func (s *Store) Undo(ctx context.Context, access todo.Access, key todo.Key, deletion todo.Key) (int, error) {
	restored, err := s.write(ctx, "undo a deletion", undoWork, access, key, hashOfKey(deletion))
	return restored.Items, err
}
