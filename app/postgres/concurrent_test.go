package postgres

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// Owner and guests at once, with all kinds of writes, on two lists. In the end
// the counters are those of the rows, and each write was counted once.
func TestCountersAreRightUnderConcurrentWriters(t *testing.T) {
	store := migrated(t)
	const writers, writes = 16, 25
	owners := make([]todo.Access, 2)
	ids := make([][]int64, 2)
	for n := range owners {
		owners[n], _ = newList(t, store)
		for range 10 {
			ids[n] = append(ids[n], add(t, store, owners[n], "some").ID)
		}
	}
	stores := slots(t, store)
	var all sync.WaitGroup
	for writer := range writers {
		all.Go(func() {
			store := stores[writer/4]
			random := rand.New(rand.NewPCG(1, uint64(writer)))
			access, items := owners[writer%2], ids[writer%2]
			if writer%4 > 1 {
				access = todo.Access{Token: access.Token.Share(0)}
			}
			deletion := newKey() // none yet
			for range writes {
				key, id := newKey(), items[random.IntN(len(items))]
				var err error
				switch random.IntN(8) {
				case 0, 1:
					_, err = store.Add(t.Context(), access, key, todo.NewItem{Title: "more", Completed: random.IntN(2) == 0})
				case 2, 3:
					_, err = store.Edit(t.Context(), access, key, id, todo.Changes{Completed: ptr(random.IntN(2) == 0)})
				case 4:
					_, err = store.SetAll(t.Context(), access, key, random.IntN(2) == 0)
				case 5:
					deletion, err = key, store.Delete(t.Context(), access, key, id)
				case 6:
					deletion = key
					_, err = store.DeleteCompleted(t.Context(), access, key)
				case 7:
					_, err = store.Undo(t.Context(), access, key, deletion)
				}
				if err != nil { // somebody else deleted the item
					assert.ErrorIs(t, err, todo.ErrNotFound)
				}
			}
		})
	}
	all.Wait()
	for n, owner := range owners {
		got := page(t, store, owner, todo.Query{}) // compares the counters
		assert.EqualValues(t, 1+10+writers/2*writes, got.Version, "list %d", n)
	}
}

func TestItemsAddedAtOnceStandOnPositionsOfTheirOwn(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	stores := slots(t, store)
	var all sync.WaitGroup
	for n := range 40 {
		all.Go(func() {
			_, err := stores[n%len(stores)].Add(t.Context(), owner, newKey(), todo.NewItem{Title: "new"})
			assert.NoError(t, err)
		})
	}
	all.Wait()
	got := page(t, store, owner, todo.Query{})
	require.Len(t, got.Items, 41)
	for n, item := range got.Items {
		assert.EqualValues(t, 41-n, item.Order)
	}
}

// A first click and its repeats, also on different slots, make one list.
func TestListsCreatedAtOnceWithOneKeyAreOne(t *testing.T) {
	stores := slots(t, migrated(t))
	const rounds, callers = 50, 8
	for round := range rounds {
		key := newKey()
		tokens := make([]todo.Token, callers)
		items := make([]todo.Item, callers)
		start := make(chan struct{})
		var all sync.WaitGroup
		for n := range callers {
			all.Go(func() {
				<-start
				var err error
				tokens[n], items[n], err = stores[n%len(stores)].Create(t.Context(), key, todo.NewItem{Title: "first"})
				assert.NoError(t, err)
			})
		}
		close(start)
		all.Wait()
		for n := range callers {
			require.Equal(t, tokens[0], tokens[n])
			require.Equal(t, items[0], items[n])
		}
		assert.Equal(t, "first", titles(page(t, stores[0], todo.Access{Token: tokens[0], Owner: true}, todo.Query{})))
		for _, table := range []string{"lists", "todos", "writes"} {
			require.Equal(t, round+1, count(t, stores[0], table), table)
		}
	}
}

// Somebody waits for a list that is locked: writers of it wait without a
// connection, so that other lists are served.
func TestABusyListLeavesConnectionsToTheOthers(t *testing.T) {
	config := migratedConfig(t)
	config.MaxConns = 3
	store := open(t, config)
	busy, _ := newList(t, store)
	other, _ := newList(t, store)
	tx, err := store.pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	_, err = tx.Exec(t.Context(), "select from lists where owner = $1 for update", hashOf(busy.Token))
	require.NoError(t, err)

	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			_, err := store.Add(t.Context(), busy, newKey(), todo.NewItem{Title: "waited"})
			assert.NoError(t, err)
		})
	}
	require.Eventually(t, func() bool {
		store.turns.mu.Lock()
		defer store.turns.mu.Unlock()
		q := store.turns.lists[busy.Token.Hash()]
		return q != nil && q.users == 10
	}, time.Second, time.Millisecond)
	add(t, store, other, "second")
	require.NoError(t, tx.Commit(t.Context()))
	all.Wait()
	assert.Equal(t, 11, page(t, store, busy, todo.Query{}).Total)
	assert.Empty(t, store.turns.lists, "nothing is kept of those who were served")
}

func TestTheWaitForATurnHasAnEnd(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	done, err := store.turns.take(t.Context(), owner.Token)
	require.NoError(t, err)
	err = within(t, turnTimeout+time.Second, func() error {
		_, err := store.Add(t.Context(), owner, newKey(), todo.NewItem{Title: "late"})
		return err
	})
	assert.ErrorIs(t, err, todo.ErrUnavailable)
	done()
	add(t, store, owner, "second")
	assert.Empty(t, store.turns.lists)
}
