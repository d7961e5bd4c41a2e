package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

func TestAPageShowsTheNewestFirstAndKnowsTheWhole(t *testing.T) {
	store := migrated(t)
	owner, first := newList(t, store)
	second := add(t, store, owner, "second")
	third := add(t, store, owner, "third")
	complete(t, store, owner, second.ID)
	second.Completed = true

	assert.Equal(t, todo.Page{Items: []todo.Item{third, second, first}, Total: 3, Open: 2, Version: 4},
		page(t, store, owner, todo.Query{}))
	for show, want := range map[todo.Show]string{
		todo.All: "third second first", todo.Active: "third first", todo.Completed: "second",
	} {
		got := page(t, store, owner, todo.Query{Show: show})
		assert.Equal(t, want, titles(got), show)
		assert.Equal(t, 3, got.Total, "whatever is shown")
		assert.Equal(t, 2, got.Open)
	}
}

func TestPagesFollowEachOtherWithoutGapOrRepetition(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	for n := range 6 {
		// Several items on each position: the id decides among them.
		_, err := store.Add(t.Context(), owner, newKey(),
			todo.NewItem{Title: todo.Title(fmt.Sprint(n)), Completed: n%2 == 0, Order: ptr(int64(n / 3))})
		require.NoError(t, err)
	}
	for show, want := range map[todo.Show]string{
		todo.All: "first 5 4 3 2 1 0", todo.Active: "first 5 3 1", todo.Completed: "4 2 0",
	} {
		for _, limit := range []int{1, 2, 3, 100} {
			var got []string
			query := todo.Query{Show: show, Limit: limit}
			for {
				part := page(t, store, owner, query)
				assert.LessOrEqual(t, len(part.Items), limit)
				got = append(got, titles(part))
				if query.Before = part.Next; part.Next == nil {
					break
				}
			}
			// "first" came first but stands on position 1, like 3 to 5.
			assert.ElementsMatch(t, strings.Fields(want), strings.Fields(strings.Join(got, " ")), "%s by %d", show, limit)
		}
	}
	assert.Equal(t, "5 4 3 first 2 1 0", titles(page(t, store, owner, todo.Query{})))
}

func TestAListWithoutItemsHasAnEmptyPage(t *testing.T) {
	store := migrated(t)
	owner, item := newList(t, store)
	require.NoError(t, store.Delete(t.Context(), owner, newKey(), item.ID))
	assert.Equal(t, todo.Page{Items: []todo.Item{}, Version: 2}, page(t, store, owner, todo.Query{}))
}

func TestAnItemIsReadOnItsListOnly(t *testing.T) {
	store := migrated(t)
	owner, item := newList(t, store)
	other, foreign := newList(t, store)
	got, err := store.Item(t.Context(), owner, item.ID)
	require.NoError(t, err)
	assert.Equal(t, item, got)
	got, err = store.Item(t.Context(), guest(t, store, owner), item.ID)
	require.NoError(t, err)
	assert.Equal(t, item, got)

	_, err = store.Item(t.Context(), owner, foreign.ID)
	assert.ErrorIs(t, err, todo.ErrNotFound)
	_, err = store.Edit(t.Context(), owner, newKey(), foreign.ID, todo.Changes{Completed: ptr(true)})
	assert.ErrorIs(t, err, todo.ErrNotFound)
	assert.ErrorIs(t, store.Delete(t.Context(), owner, newKey(), foreign.ID), todo.ErrNotFound)
	assert.Equal(t, "first", titles(page(t, store, other, todo.Query{Show: todo.Active})))
}

// A token of the right form that nobody gave out, and a token used as the
// other kind, open nothing.
func TestOnlyTheTokenOpensAList(t *testing.T) {
	store := migrated(t)
	owner, item := newList(t, store)
	for name, access := range map[string]todo.Access{
		"unknown owner":            {Token: todo.Token{1}, Owner: true},
		"unknown share":            {Token: todo.Token{1}},
		"owner's token as a share": {Token: owner.Token},
		"share token as the owner": {Token: guest(t, store, owner).Token, Owner: true},
		"the next share token":     {Token: owner.Token.Share(1)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Page(t.Context(), access, todo.Query{Limit: 10})
			assert.ErrorIs(t, err, todo.ErrNotFound)
			_, err = store.Item(t.Context(), access, item.ID)
			assert.ErrorIs(t, err, todo.ErrNotFound)
			_, err = store.Add(t.Context(), access, newKey(), todo.NewItem{Title: "intruder"})
			assert.ErrorIs(t, err, todo.ErrNotFound)
			_, err = store.Edit(t.Context(), access, newKey(), item.ID, todo.Changes{Completed: ptr(true)})
			assert.ErrorIs(t, err, todo.ErrNotFound)
			_, err = store.SetAll(t.Context(), access, newKey(), true)
			assert.ErrorIs(t, err, todo.ErrNotFound)
			assert.ErrorIs(t, store.Delete(t.Context(), access, newKey(), item.ID), todo.ErrNotFound)
			_, err = store.DeleteCompleted(t.Context(), access, newKey())
			assert.ErrorIs(t, err, todo.ErrNotFound)
			_, err = store.DeleteAll(t.Context(), access, newKey())
			assert.ErrorIs(t, err, todo.ErrNotFound)
			_, err = store.Undo(t.Context(), access, newKey(), newKey())
			assert.ErrorIs(t, err, todo.ErrNotFound)
			_, err = store.ReplaceShare(t.Context(), access, newKey())
			assert.ErrorIs(t, err, todo.ErrNotFound)
		})
	}
	assert.Equal(t, []todo.Item{item}, page(t, store, owner, todo.Query{}).Items)
}
