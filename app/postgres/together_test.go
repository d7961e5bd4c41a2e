package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// occupied lets pages wait until begin, as if enough batches were under way. Its
// lists have one item each.
func occupied(t *testing.T, store *Store, lists int) (owners []todo.Access, begin func()) {
	t.Helper()
	for n := range lists {
		token, _, err := store.Create(t.Context(), newKey(), todo.NewItem{Title: todo.Title(fmt.Sprint("item of ", n))})
		require.NoError(t, err)
		owners = append(owners, todo.Access{Token: token, Owner: true})
	}
	store.together.patience = time.Hour
	store.together.mu.Lock()
	store.together.underway = enoughBatches
	store.together.mu.Unlock()
	return owners, store.together.ended
}

// read is what somebody got.
type read struct {
	titles string
	err    error
}

// got waits for what somebody got.
func got[T any](t *testing.T, result <-chan T) T {
	t.Helper()
	select {
	case what := <-result:
		return what
	case <-time.After(15 * time.Second):
		require.Fail(t, "nobody was told")
		panic("unreachable")
	}
}

// wanted asks for the pages of lists, in their order.
func wanted(t *testing.T, ctx context.Context, store *Store, owners ...todo.Access) []chan read {
	t.Helper()
	var results []chan read
	for _, owner := range owners {
		result := make(chan read, 1)
		waited := waiting(store)
		go func() {
			page, err := store.Page(ctx, owner, todo.Query{Limit: 10})
			result <- read{titles(page), err}
		}()
		require.Eventually(t, func() bool { return waiting(store) > waited }, 15*time.Second, 50*time.Microsecond)
		results = append(results, result)
	}
	return results
}

func waiting(store *Store) int {
	store.together.mu.Lock()
	defer store.together.mu.Unlock()
	return len(store.together.waiting)
}

func TestPagesThatAreWantedTogetherShareConnections(t *testing.T) {
	store := migrated(t)
	owners, begin := occupied(t, store, batchSize+10)
	results := wanted(t, t.Context(), store, owners...)
	before := store.pool.Stat().AcquireCount()
	begin()
	for n, result := range results {
		assert.Equal(t, read{fmt.Sprint("item of ", n), nil}, got(t, result))
	}
	assert.EqualValues(t, 2, store.pool.Stat().AcquireCount()-before, "a batch, and those for whom there was no room in it")
	require.Eventually(t, func() bool {
		store.together.mu.Lock()
		defer store.together.mu.Unlock()
		return store.together.underway == enoughBatches-1
	}, 15*time.Second, time.Millisecond, "all have ended but the one that we made up")
}

func TestNobodyWaitsLongForCompany(t *testing.T) {
	store := migrated(t)
	owners, _ := occupied(t, store, 1)
	store.together.patience = companyTimeout
	page, err := store.Page(t.Context(), owners[0], todo.Query{Limit: 10})
	require.NoError(t, err, "those under way never end")
	assert.Equal(t, "item of 0", titles(page))
}

func TestAListThatIsNotThereLeavesTheOthersOfABatchAlone(t *testing.T) {
	store := migrated(t)
	owners, begin := occupied(t, store, 3)
	owners[1].Token = todo.Token{1}
	results := wanted(t, t.Context(), store, owners...)
	before := store.pool.Stat().AcquireCount()
	begin()
	assert.Equal(t, read{"item of 0", nil}, got(t, results[0]))
	assert.ErrorIs(t, got(t, results[1]).err, todo.ErrNotFound)
	assert.Equal(t, read{"item of 2", nil}, got(t, results[2]))
	assert.EqualValues(t, 1, store.pool.Stat().AcquireCount()-before)
}

func TestAStatementThatIsRefusedLeavesTheOthersOfABatchAlone(t *testing.T) {
	store := migrated(t)
	owners, begin := occupied(t, store, 2)
	first := wanted(t, t.Context(), store, owners[0])
	refused := make(chan error)
	go func() {
		_, err := store.readPage(t.Context(), &pageRead{sql: "select 1 / (select count(*) from lists where false)"})
		refused <- err
	}()
	require.Eventually(t, func() bool { return waiting(store) == 2 }, 15*time.Second, 50*time.Microsecond)
	last := wanted(t, t.Context(), store, owners[1])
	begin()
	assert.Equal(t, read{"item of 0", nil}, got(t, first[0]))
	assert.ErrorContains(t, got(t, refused), "division by zero")
	assert.Equal(t, read{"item of 1", nil}, got(t, last[0]))
}

func TestAPanicLeavesTheOthersOfABatchAlone(t *testing.T) {
	store := migrated(t)
	owners, begin := occupied(t, store, 2)
	first := wanted(t, t.Context(), store, owners[0])
	panicked := make(chan any)
	go func() {
		defer func() { panicked <- recover() }()
		store.readPage(t.Context(), &pageRead{sql: "select 1", limit: -1})
	}()
	require.Eventually(t, func() bool { return waiting(store) == 2 }, 15*time.Second, 50*time.Microsecond)
	last := wanted(t, t.Context(), store, owners[1])
	begin()
	assert.Equal(t, read{"item of 0", nil}, got(t, first[0]))
	assert.ErrorContains(t, got(t, panicked).(error), "makeslice")
	assert.Equal(t, read{"item of 1", nil}, got(t, last[0]))
	assert.EqualValues(t, 0, store.pool.Stat().AcquiredConns())
}

// A crowd of readers, some of whom leave, with all that can happen at once: no
// one is forgotten, and each sees their own list.
func TestACrowdReadsItsOwnPages(t *testing.T) {
	store := migrated(t)
	owners, begin := occupied(t, store, 10)
	store.together.patience = companyTimeout
	begin()
	begin() // as many as occupied made up
	var crowd sync.WaitGroup
	for n := range 60 {
		crowd.Go(func() {
			for range 50 {
				ctx, leave := context.WithCancel(t.Context())
				if n%7 == 0 {
					time.AfterFunc(time.Duration(n)*10*time.Microsecond, leave)
				}
				page, err := store.Page(ctx, owners[n%10], todo.Query{Limit: 10})
				if !errors.Is(err, context.Canceled) && assert.NoError(t, err) {
					assert.Equal(t, fmt.Sprint("item of ", n%10), titles(page))
				}
				leave()
			}
		})
	}
	crowd.Wait()
	assert.Zero(t, store.together.underway)
	assert.Empty(t, store.together.waiting)
}

func TestABatchOutlivesAConnectionThatBroke(t *testing.T) {
	store, proxy, _ := faulty(t)
	owners, begin := occupied(t, store, 3)
	results := wanted(t, t.Context(), store, owners...)
	crowd(t, store)
	proxy.Down()
	proxy.Up()
	begin()
	for n, result := range results {
		assert.Equal(t, read{fmt.Sprint("item of ", n), nil}, got(t, result))
	}
	assert.EqualValues(t, 1, store.Stats().Retries)
}

func TestAllOfABatchHearThatTheDatabaseIsDown(t *testing.T) {
	store, proxy, _ := faulty(t)
	owners, begin := occupied(t, store, 3)
	results := wanted(t, t.Context(), store, owners...)
	proxy.Down()
	begin()
	for _, result := range results {
		assert.ErrorIs(t, got(t, result).err, todo.ErrUnavailable)
	}
}

// Who reads for others may leave before the page is there.
func TestABatchDoesNotEndWithItsLeader(t *testing.T) {
	store := migrated(t)
	owners, begin := occupied(t, store, 3)
	ctx, leave := context.WithCancel(t.Context())
	leader := wanted(t, ctx, store, owners[0])
	others := wanted(t, t.Context(), store, owners[1:]...)
	waits, release := locked(t, store)
	begin()
	require.Eventually(t, waits, 15*time.Second, time.Millisecond)
	leave()
	release()
	assert.NoError(t, got(t, leader[0]).err, "it was about to end anyway")
	for n, result := range others {
		assert.Equal(t, read{fmt.Sprint("item of ", n+1), nil}, got(t, result))
	}
}
