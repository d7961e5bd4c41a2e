package postgres

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// writesOf are all kinds of writes to one list, each as a function of its key.
func writesOf(store *Store, owner todo.Access, item todo.Item, deletion todo.Key) map[string]func(context.Context, todo.Key) (any, error) {
	return map[string]func(context.Context, todo.Key) (any, error){
		"create": func(ctx context.Context, key todo.Key) (any, error) {
			token, item, err := store.Create(ctx, key, todo.NewItem{Title: "created"})
			return []any{token, item}, err
		},
		"add": func(ctx context.Context, key todo.Key) (any, error) {
			return store.Add(ctx, owner, key, todo.NewItem{Title: "added"})
		},
		"edit": func(ctx context.Context, key todo.Key) (any, error) {
			return store.Edit(ctx, owner, key, item.ID, todo.Changes{Completed: ptr(true)})
		},
		"set all": func(ctx context.Context, key todo.Key) (any, error) {
			return store.SetAll(ctx, owner, key, true)
		},
		"delete": func(ctx context.Context, key todo.Key) (any, error) {
			return nil, store.Delete(ctx, owner, key, item.ID)
		},
		"delete completed": func(ctx context.Context, key todo.Key) (any, error) {
			return store.DeleteCompleted(ctx, owner, key)
		},
		"delete all": func(ctx context.Context, key todo.Key) (any, error) {
			return store.DeleteAll(ctx, owner, key)
		},
		"undo": func(ctx context.Context, key todo.Key) (any, error) {
			return store.Undo(ctx, owner, key, deletion)
		},
		"replace share": func(ctx context.Context, key todo.Key) (any, error) {
			return store.ReplaceShare(ctx, owner, key)
		},
	}
}

// listWithAll has what each of writesOf needs to have an effect.
func listWithAll(t *testing.T, store *Store) (todo.Access, todo.Item, todo.Key) {
	t.Helper()
	owner, item := newList(t, store)
	complete(t, store, owner, add(t, store, owner, "completed").ID)
	deletion := newKey()
	require.NoError(t, store.Delete(t.Context(), owner, deletion, add(t, store, owner, "deleted").ID))
	return owner, item, deletion
}

// state is everything a write could change.
func state(t *testing.T, store *Store) string {
	t.Helper()
	var all string
	require.NoError(t, store.pool.QueryRow(t.Context(), `
		select (select jsonb_agg(to_jsonb(lists) order by id)::text from lists)
		    || (select jsonb_agg(to_jsonb(todos) order by id)::text from todos)
		    || (select jsonb_agg(to_jsonb(writes) order by id)::text from writes)`).Scan(&all))
	return all
}

func TestARepeatedWriteChangesNothingAndGetsTheFirstAnswer(t *testing.T) {
	for name := range writesOf(nil, todo.Access{}, todo.Item{}, todo.Key{}) {
		t.Run(name, func(t *testing.T) {
			store := migrated(t)
			owner, item, deletion := listWithAll(t, store)
			write, key := writesOf(store, owner, item, deletion)[name], newKey()
			before := state(t, store)
			first, err := write(t.Context(), key)
			require.NoError(t, err)
			after := state(t, store)
			require.NotEqual(t, before, after)

			// Whatever happened in between: here all that was there went away.
			_, err = store.DeleteAll(t.Context(), owner, newKey())
			require.NoError(t, err)
			later := state(t, store)
			again, err := write(t.Context(), key)
			require.NoError(t, err)
			assert.Equal(t, first, again)
			assert.Equal(t, later, state(t, store))
		})
	}
}

// A reverse proxy that gave up on one slot asks the other one, while the first
// still works.
func TestEqualWritesAtOnceHaveOneEffectAndOneAnswer(t *testing.T) {
	for name := range writesOf(nil, todo.Access{}, todo.Item{}, todo.Key{}) {
		t.Run(name, func(t *testing.T) {
			store := migrated(t)
			owner, item, deletion := listWithAll(t, store)
			all := slots(t, store)
			key := newKey()
			var rows, after int
			count := `select (select count(*) from lists) + (select count(*) from todos) + (select count(*) from writes)`
			require.NoError(t, store.pool.QueryRow(t.Context(), count).Scan(&rows))
			const writers = 8
			answers := make([]any, writers)
			var group sync.WaitGroup
			for n := range writers {
				write := writesOf(all[n%len(all)], owner, item, deletion)[name]
				group.Go(func() {
					var err error
					answers[n], err = write(t.Context(), key)
					assert.NoError(t, err)
				})
			}
			group.Wait()
			for _, answer := range answers {
				assert.Equal(t, answers[0], answer)
			}
			page(t, store, owner, todo.Query{}) // compares the counters
			require.NoError(t, store.pool.QueryRow(t.Context(), count).Scan(&after))
			made := map[string]int{"create": 3, "add": 2} // list, item and write; else the write alone
			assert.Equal(t, max(made[name], 1), after-rows)
		})
	}
}

func TestAKeyBelongsToOneRequest(t *testing.T) {
	store := migrated(t)
	owner, item, deletion := listWithAll(t, store)
	key := newKey()
	_, err := store.Add(t.Context(), owner, key, todo.NewItem{Title: "the first"})
	require.NoError(t, err)
	before := state(t, store)
	for name, write := range writesOf(store, owner, item, deletion) {
		if name == "create" {
			continue // its keys are of all lists
		}
		_, err := write(t.Context(), key)
		assert.ErrorIs(t, err, todo.ErrKeyReused, name)
	}
	_, err = store.Add(t.Context(), owner, key, todo.NewItem{Title: "the first", Completed: true})
	assert.ErrorIs(t, err, todo.ErrKeyReused)
	assert.Equal(t, before, state(t, store))

	created := newKey()
	_, _, err = store.Create(t.Context(), created, todo.NewItem{Title: "one"})
	require.NoError(t, err)
	_, _, err = store.Create(t.Context(), created, todo.NewItem{Title: "another"})
	assert.ErrorIs(t, err, todo.ErrKeyReused)

	other, _ := newList(t, store)
	_, err = store.Add(t.Context(), other, key, todo.NewItem{Title: "elsewhere"})
	assert.NoError(t, err, "keys of another list are its own")
}

// The same page may be sent again by another request.
func TestAKeyBelongsToOneSendingWhereThatMatters(t *testing.T) {
	for name := range writesOf(nil, todo.Access{}, todo.Item{}, todo.Key{}) {
		t.Run(name, func(t *testing.T) {
			store := migrated(t)
			owner, item, deletion := listWithAll(t, store)
			write, key := writesOf(store, owner, item, deletion)[name], newKey()
			first, err := write(t.Context(), todo.Key{Name: key.Name, Sending: "first"})
			require.NoError(t, err)
			after := state(t, store)
			again, err := write(t.Context(), todo.Key{Name: key.Name, Sending: "first"})
			require.NoError(t, err, "to the other slot")
			assert.Equal(t, first, again)
			for _, sending := range []string{"second", ""} {
				_, err = write(t.Context(), todo.Key{Name: key.Name, Sending: sending})
				assert.ErrorIs(t, err, todo.ErrKeyReused)
			}
			assert.Equal(t, after, state(t, store))
		})
	}
}

// The proxy or the person may come again by another link to the list.
func TestAKeyBelongsToTheListWhoeverComesWithIt(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	other, _ := newList(t, store)
	key, item := newKey(), todo.NewItem{Title: "second"}
	first, err := store.Add(t.Context(), owner, key, item)
	require.NoError(t, err)
	again, err := store.Add(t.Context(), guest(t, store, owner), key, item)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	elsewhere, err := store.Add(t.Context(), other, key, item)
	require.NoError(t, err)
	assert.NotEqual(t, first.ID, elsewhere.ID)
	assert.Equal(t, "second first", titles(page(t, store, owner, todo.Query{})))
}

// What was not there stays not there for the same key.
func TestARepeatedWriteToAMissingItemStaysRefused(t *testing.T) {
	store := migrated(t)
	owner, item := newList(t, store)
	deletion, edit, remove := newKey(), newKey(), newKey()
	require.NoError(t, store.Delete(t.Context(), owner, deletion, item.ID))
	for range 2 {
		_, err := store.Edit(t.Context(), owner, edit, item.ID, todo.Changes{Completed: ptr(true)})
		assert.ErrorIs(t, err, todo.ErrNotFound)
		assert.ErrorIs(t, store.Delete(t.Context(), owner, remove, item.ID), todo.ErrNotFound)
		_, err = store.Undo(t.Context(), owner, todo.Key{Name: "undo"}, deletion)
		require.NoError(t, err)
	}
	assert.Equal(t, 1, page(t, store, owner, todo.Query{}).Open)
}

// The cookie of the first answer comes with the second request.
func TestTheWriteThatMadeAListIsRepeatedByAddingToIt(t *testing.T) {
	store := migrated(t)
	key, item := newKey(), todo.NewItem{Title: "first"}
	token, first, err := store.Create(t.Context(), key, item)
	require.NoError(t, err)
	before := state(t, store)
	owner := todo.Access{Token: token, Owner: true}
	again, err := store.Add(t.Context(), owner, key, item)
	require.NoError(t, err)
	assert.Equal(t, first, again)
	_, err = store.Add(t.Context(), owner, key, todo.NewItem{Title: "another"})
	assert.ErrorIs(t, err, todo.ErrKeyReused)
	assert.Equal(t, before, state(t, store))
}

// Two databases give different lists to the same key.
func TestOwnersTokensCannotBeWorkedOutFromKeys(t *testing.T) {
	key := newKey()
	one, _, err := migrated(t).Create(t.Context(), key, todo.NewItem{Title: "same"})
	require.NoError(t, err)
	other, _, err := migrated(t).Create(t.Context(), key, todo.NewItem{Title: "same"})
	require.NoError(t, err)
	assert.NotEqual(t, one, other)
}
