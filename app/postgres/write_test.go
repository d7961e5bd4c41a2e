package postgres

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

func TestAddPutsAboveAllOthersUnlessToldWhere(t *testing.T) {
	store := migrated(t)
	owner, first := newList(t, store)
	assert.EqualValues(t, 1, first.Order)
	low, err := store.Add(t.Context(), owner, newKey(), todo.NewItem{Title: "low", Completed: true, Order: ptr(int64(-7))})
	require.NoError(t, err)
	assert.Equal(t, todo.Item{ID: low.ID, Title: "low", Completed: true, Order: -7}, low)
	assert.EqualValues(t, 2, add(t, store, owner, "second").Order)
	assert.Equal(t, "second first low", titles(page(t, store, owner, todo.Query{})))

	// The end of the range is no end: the newer of two on one position is above.
	_, err = store.Add(t.Context(), owner, newKey(), todo.NewItem{Title: "end", Order: ptr(int64(todo.MaxOrder))})
	require.NoError(t, err)
	assert.EqualValues(t, todo.MaxOrder, add(t, store, owner, "beyond").Order)
	assert.Equal(t, "beyond end second first low", titles(page(t, store, owner, todo.Query{})))
}

func TestEditChangesWhatItIsToldTo(t *testing.T) {
	store := migrated(t)
	owner, item := newList(t, store)
	add(t, store, owner, "second")
	for _, edit := range []struct {
		changes todo.Changes
		want    todo.Item
		open    int
	}{
		{todo.Changes{}, todo.Item{Title: "first", Order: 1}, 2},
		{todo.Changes{Completed: ptr(true)}, todo.Item{Title: "first", Completed: true, Order: 1}, 1},
		{todo.Changes{Completed: ptr(true)}, todo.Item{Title: "first", Completed: true, Order: 1}, 1},
		{todo.Changes{Title: ptr(todo.Title("1st"))}, todo.Item{Title: "1st", Completed: true, Order: 1}, 1},
		{todo.Changes{Completed: ptr(false), Order: ptr(int64(9))}, todo.Item{Title: "1st", Order: 9}, 2},
	} {
		got, err := store.Edit(t.Context(), owner, newKey(), item.ID, edit.changes)
		require.NoError(t, err)
		edit.want.ID = item.ID
		assert.Equal(t, edit.want, got)
		assert.Equal(t, edit.open, page(t, store, owner, todo.Query{}).Open)
	}
	assert.Equal(t, "1st second", titles(page(t, store, owner, todo.Query{})))
	_, err := store.Edit(t.Context(), owner, newKey(), item.ID+100, todo.Changes{})
	assert.ErrorIs(t, err, todo.ErrNotFound)
}

func TestSetAllCountsWhatItChanged(t *testing.T) {
	store := migrated(t)
	owner, item := newList(t, store)
	add(t, store, owner, "second")
	complete(t, store, owner, item.ID)
	for _, set := range []struct {
		completed     bool
		changed, open int
	}{{true, 1, 0}, {true, 0, 0}, {false, 2, 2}} {
		changed, err := store.SetAll(t.Context(), owner, newKey(), set.completed)
		require.NoError(t, err)
		assert.Equal(t, set.changed, changed)
		assert.Equal(t, set.open, page(t, store, owner, todo.Query{}).Open)
	}
}

func TestDeletionsAreUndoneByTheirKeys(t *testing.T) {
	store := migrated(t)
	owner, first := newList(t, store)
	second := add(t, store, owner, "second")
	third := add(t, store, owner, "third")
	complete(t, store, owner, first.ID)
	complete(t, store, owner, third.ID)

	one, completed, all := newKey(), newKey(), newKey()
	require.NoError(t, store.Delete(t.Context(), owner, one, second.ID))
	assert.ErrorIs(t, store.Delete(t.Context(), owner, newKey(), second.ID), todo.ErrNotFound, "it is gone")
	deleted, err := store.DeleteCompleted(t.Context(), owner, completed)
	require.NoError(t, err)
	assert.Equal(t, 2, deleted)
	fourth := add(t, store, owner, "fourth")
	deleted, err = store.DeleteAll(t.Context(), owner, all)
	require.NoError(t, err)
	assert.Equal(t, 1, deleted, "what was there")
	_, err = store.Item(t.Context(), owner, fourth.ID)
	assert.ErrorIs(t, err, todo.ErrNotFound)

	for _, undo := range []struct {
		deletion todo.Key
		restored int
		titles   string
	}{
		{completed, 2, "third first"},
		{one, 1, "third second first"},
		{all, 1, "third fourth second first"}, // on the place it had: above what was left
		{newKey(), 0, "third fourth second first"},
	} {
		assert.Equal(t, undo.restored, page(t, store, owner, todo.Query{Undo: undo.deletion}).Undoable)
		restored, err := store.Undo(t.Context(), owner, newKey(), undo.deletion)
		require.NoError(t, err)
		assert.Equal(t, undo.restored, restored)
		after := page(t, store, owner, todo.Query{Undo: undo.deletion})
		assert.ElementsMatch(t, strings.Fields(undo.titles), strings.Fields(titles(after)))
		assert.Zero(t, after.Undoable)
		restored, err = store.Undo(t.Context(), owner, newKey(), undo.deletion)
		require.NoError(t, err)
		assert.Zero(t, restored, "it is undone already")
	}
	assert.Equal(t, 2, page(t, store, owner, todo.Query{}).Open)
}

func TestADeletionOfAnotherListIsNotUndone(t *testing.T) {
	store := migrated(t)
	owner, item := newList(t, store)
	other, _ := newList(t, store)
	deletion := newKey()
	require.NoError(t, store.Delete(t.Context(), owner, deletion, item.ID))
	assert.Zero(t, page(t, store, other, todo.Query{Undo: deletion}).Undoable)
	restored, err := store.Undo(t.Context(), other, newKey(), deletion)
	require.NoError(t, err)
	assert.Zero(t, restored)
	assert.Zero(t, page(t, store, owner, todo.Query{}).Total)
}

func TestGuestsDoAllButReplaceTheShareLink(t *testing.T) {
	store := migrated(t)
	owner, item := newList(t, store)
	invited := guest(t, store, owner)
	complete(t, store, invited, item.ID)
	deletion := newKey()
	deleted, err := store.DeleteCompleted(t.Context(), invited, deletion)
	require.NoError(t, err)
	assert.Equal(t, 1, deleted)
	_, err = store.Undo(t.Context(), invited, newKey(), deletion)
	require.NoError(t, err)
	add(t, store, invited, "second")
	assert.Equal(t, "second first", titles(page(t, store, owner, todo.Query{})))
	_, err = store.ReplaceShare(t.Context(), invited, newKey())
	assert.ErrorIs(t, err, todo.ErrNotFound)
}

func TestAReplacedShareLinkLocksOut(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	seen := map[int]bool{0: true}
	for range 3 {
		before, key := guest(t, store, owner), newKey()
		epoch, err := store.ReplaceShare(t.Context(), owner, key)
		require.NoError(t, err)
		assert.False(t, seen[epoch], "each epoch is a new one")
		seen[epoch] = true
		again, err := store.ReplaceShare(t.Context(), owner, key)
		require.NoError(t, err)
		assert.Equal(t, epoch, again)
		assert.Equal(t, epoch, page(t, store, owner, todo.Query{}).ShareEpoch)

		_, err = store.Page(t.Context(), before, todo.Query{Limit: 10})
		assert.ErrorIs(t, err, todo.ErrNotFound)
		assert.Equal(t, "first", titles(page(t, store, todo.Access{Token: owner.Token.Share(epoch)}, todo.Query{})))
	}
}

// The longest title the domain lets through must fit, whatever it is made of;
// what the domain would refuse must not fit either.
func TestTheSchemaAgreesWithTheDomain(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	longest, err := todo.NewTitle(strings.Repeat("𝄞", todo.MaxTitle))
	require.NoError(t, err)
	add(t, store, owner, longest)
	assert.Equal(t, longest, page(t, store, owner, todo.Query{}).Items[0].Title)

	for _, title := range []todo.Title{"", todo.Title(strings.Repeat("x", todo.MaxTitle+1))} {
		_, err := store.Add(t.Context(), owner, newKey(), todo.NewItem{Title: title})
		assert.ErrorContains(t, err, "todos_title_length")
		assert.NotErrorIs(t, err, todo.ErrUnavailable, "waiting does not make it fit")
		_, _, err = store.Create(t.Context(), newKey(), todo.NewItem{Title: title})
		assert.ErrorContains(t, err, "todos_title_length")
	}
	assert.Equal(t, 2, page(t, store, owner, todo.Query{}).Total)
	var lists int
	require.NoError(t, store.pool.QueryRow(t.Context(), "select count(*) from lists").Scan(&lists))
	assert.Equal(t, 1, lists, "no list without its first item")
}

func TestOnlyHashesOfTokensAndKeysAreStored(t *testing.T) {
	store := migrated(t)
	key := todo.Key{Name: "a key that is nobody's business"[:5]}
	token, _, err := store.Create(t.Context(), key, todo.NewItem{Title: "first"})
	require.NoError(t, err)
	var found int
	share := token.Share(0)
	require.NoError(t, store.pool.QueryRow(t.Context(), `
		select count(*) from lists, writes
		 where position($1 in lists::text || writes::text) > 0
		    or position(encode($2, 'hex') in lists::text) > 0
		    or position(encode($3, 'hex') in lists::text) > 0`, key.Name, token[:], share[:]).Scan(&found))
	assert.Zero(t, found)
	require.NoError(t, store.pool.QueryRow(t.Context(), `select count(*) from lists where owner = $1 and share = $2`,
		hashOf(token), hashOf(share)).Scan(&found))
	assert.Equal(t, 1, found)
}
