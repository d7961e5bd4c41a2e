package postgres

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev/roundtrips"
	"crosscloud/app/todo"
)

// The database is on another continent: what a call costs is how often it
// waits for an answer.
func TestEachCallIsOneRoundTrip(t *testing.T) {
	t.Parallel() // it idles
	config := migratedConfig(t)
	counter := roundtrips.New(t, config.ConnString())
	counted, err := ParseURL(counter.URL())
	require.NoError(t, err)
	counted.MinIdleConns = 0 // no other connection is made while we count
	store := open(t, counted)
	owner, item, deletion := listWithAll(t, store)
	invited := guest(t, store, owner)

	calls := map[string]func() error{
		"page": func() error {
			_, err := store.Page(t.Context(), owner, todo.Query{Limit: 50})
			return err
		},
		"later page of active items, by a guest": func() error {
			_, err := store.Page(t.Context(), invited,
				todo.Query{Show: todo.Active, Before: &todo.Cursor{Order: 9, ID: 9}, Limit: 50, Undo: deletion})
			return err
		},
		"item": func() error {
			_, err := store.Item(t.Context(), owner, item.ID)
			return err
		},
		"add by a guest": func() error {
			_, err := store.Add(t.Context(), invited, newKey(), todo.NewItem{Title: "added"})
			return err
		},
		"repeated add": func() error {
			_, err := store.Add(t.Context(), owner, todo.Key{Name: "repeated"}, todo.NewItem{Title: "added"})
			return err
		},
	}
	for name, write := range writesOf(store, owner, item, deletion) {
		calls[name] = func() error {
			_, err := write(t.Context(), newKey())
			return err
		}
	}
	trips := func(name string) int {
		before := counter.Trips()
		// An item that an earlier one of the calls deleted is looked for all the same.
		if err := calls[name](); !errors.Is(err, todo.ErrNotFound) {
			require.NoError(t, err, name)
		}
		return counter.Trips() - before
	}
	for name := range calls {
		trips(name) // prepares its statements
	}
	for name := range calls {
		assert.Equal(t, 1, trips(name), name)
	}
	time.Sleep(10 * time.Second) // somebody read the page
	assert.Equal(t, 1, trips("add"), "after idling")
	assert.Equal(t, 1, trips("page"))
}
