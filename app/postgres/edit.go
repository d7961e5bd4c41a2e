package postgres

import (
	"context"

	"crosscloud/app/todo"
)

var editWork = writeOf(`item as (
    select completed -- what it was
      from todos
     where list = (select list from fresh) and deletion = 0 and id = $4
), edited as (
    update todos
       set title = coalesce($5, title),
           completed = coalesce($6, completed),
           position = coalesce($7, position)
     where list = (select list from fresh) and deletion = 0 and id = $4
    returning title, completed, position
), outcome as (
    select (select jsonb_build_object('title', title, 'completed', completed, 'order', position) from edited) as answer,
           0 as total,
           coalesce((select item.completed::int - edited.completed::int from item, edited), 0) as open,
           0 as deleted
)`)

// Edit implements todo.Store.
func (s *Store) Edit(ctx context.Context, access todo.Access, key todo.Key, id int64, changes todo.Changes) (todo.Item, error) {
	edited, err := s.write(ctx, "edit an item", editWork, access, key, id, changes.Title, changes.Completed, changes.Order)
	if err != nil {
		return todo.Item{}, err
	}
	return todo.Item{ID: id, Title: edited.Title, Completed: edited.Completed, Order: edited.Order}, nil
}

var setAllWork = writeOf(`changed as (
    update todos
       set completed = $4
     where list = (select list from fresh) and deletion = 0 and completed <> $4
    returning id
), outcome as (
    select jsonb_build_object('items', count(*)) as answer,
           0 as total,
           case when $4 then -count(*) else count(*) end as open,
           0 as deleted
      from changed
)`)

// SetAll implements todo.Store.
func (s *Store) SetAll(ctx context.Context, access todo.Access, key todo.Key, completed bool) (int, error) {
	set, err := s.write(ctx, "set all items", setAllWork, access, key, completed)
	return set.Items, err
}
