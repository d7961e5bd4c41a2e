package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

const day = 24 * time.Hour

func purged(t *testing.T, store *Store, ttl time.Duration) int {
	t.Helper()
	n, err := store.Purge(t.Context(), ttl)
	require.NoError(t, err)
	return n
}

func execute(t *testing.T, store *Store, sql string, arguments ...any) {
	t.Helper()
	_, err := store.pool.Exec(t.Context(), sql, arguments...)
	require.NoError(t, err)
}

func count(t *testing.T, store *Store, from string) (n int) {
	t.Helper()
	require.NoError(t, store.pool.QueryRow(t.Context(), "select count(*) from "+from).Scan(&n))
	return n
}

// untouched makes a list look as if nobody had opened it for so many days.
func untouched(t *testing.T, store *Store, owner todo.Access, days int) {
	t.Helper()
	execute(t, store, "update lists set touched = current_date - $2::int where owner = $1", hashOf(owner.Token), days)
}

func TestForgottenListsExpire(t *testing.T) {
	store := migrated(t)
	lists := map[int]todo.Access{}
	for _, days := range []int{0, 364, 365, 366, 1000} {
		lists[days], _ = newList(t, store)
		add(t, store, lists[days], "second")
		untouched(t, store, lists[days], days)
	}
	assert.Equal(t, 2, purged(t, store, 365*day))
	assert.Zero(t, purged(t, store, 365*day), "nothing is left to do")
	for days, owner := range lists {
		_, err := store.Page(t.Context(), owner, todo.Query{Limit: 10})
		if days > 365 {
			assert.ErrorIs(t, err, todo.ErrNotFound)
		} else {
			assert.NoError(t, err, days)
		}
	}
	assert.Equal(t, 3*2, count(t, store, "todos"))
	assert.Equal(t, 3*2, count(t, store, "writes"))
}

func TestReadingOrWritingKeepsAList(t *testing.T) {
	store := migrated(t)
	for name, touch := range map[string]func(todo.Access, todo.Item){
		"item": func(owner todo.Access, item todo.Item) {
			_, err := store.Item(t.Context(), owner, item.ID)
			require.NoError(t, err)
		},
		"page by a guest": func(owner todo.Access, _ todo.Item) {
			_, err := store.Page(t.Context(), todo.Access{Token: owner.Token.Share(0)}, todo.Query{Limit: 1})
			require.NoError(t, err)
		},
		"add": func(owner todo.Access, _ todo.Item) { add(t, store, owner, "second") },
		"share link": func(owner todo.Access, _ todo.Item) {
			_, err := store.ReplaceShare(t.Context(), owner, newKey())
			require.NoError(t, err)
		},
	} {
		owner, item := newList(t, store)
		untouched(t, store, owner, 400)
		touch(owner, item)
		assert.Zero(t, purged(t, store, 365*day), name)
	}
}

// patient is a store whose calls wait for a lock until they get it.
func patient(t *testing.T) *Store {
	t.Helper()
	config := migratedConfig(t)
	config.ConnConfig.RuntimeParams["lock_timeout"] = "1min"
	return open(t, config)
}

// Somebody comes back to a list at the moment that it expires.
func TestAListThatIsOpenedWhileItExpiresStays(t *testing.T) {
	store := patient(t)
	owner, _ := newList(t, store)
	untouched(t, store, owner, 400)
	tx, err := store.pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	_, err = tx.Exec(t.Context(), "update lists set touched = current_date")
	require.NoError(t, err)
	assert.Zero(t, purgedBehind(t, store, tx))
	assert.Equal(t, "first", titles(page(t, store, owner, todo.Query{})))
}

// Somebody takes a deletion back at the moment that it is forgotten.
func TestADeletionThatIsUndoneWhileItIsForgottenStaysUndone(t *testing.T) {
	store := patient(t)
	owner, item := newList(t, store)
	require.NoError(t, store.Delete(t.Context(), owner, newKey(), item.ID))
	execute(t, store, "update writes set at = at - interval '25 hours'")
	tx, err := store.pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	// As undoing does it, which began when it was not yet too late.
	_, err = tx.Exec(t.Context(), "update todos set deletion = 0")
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "update lists set total = 1, open = 1")
	require.NoError(t, err)
	assert.Equal(t, 2, purgedBehind(t, store, tx), "two writes")
	assert.Equal(t, "first", titles(page(t, store, owner, todo.Query{})))
}

// purgedBehind is what a purge deletes that has to wait for a transaction.
func purgedBehind(t *testing.T, store *Store, tx pgx.Tx) int {
	t.Helper()
	deleted := make(chan int)
	go func() {
		n, err := store.Purge(t.Context(), 365*day)
		assert.NoError(t, err)
		deleted <- n
	}()
	require.Eventually(t, func() bool {
		return count(t, store, `pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) == 1
	}, 15*time.Second, 5*time.Millisecond)
	require.NoError(t, tx.Commit(t.Context()))
	return <-deleted
}

// A list may have more on it than can be deleted while somebody waits for a page.
func TestAListThatTakesLongToDeleteExpires(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	untouched(t, store, owner, 400)
	execute(t, store, `create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(3); return old; end'`)
	execute(t, store, "create trigger wait before delete on lists for each row execute function wait()")
	config := store.pool.Config()
	config.ConnConfig.RuntimeParams["statement_timeout"] = "2s"
	hasty := open(t, config)
	assert.Equal(t, 1, purged(t, hasty, 365*day))
	var timeout string
	require.NoError(t, hasty.pool.QueryRow(t.Context(), "show statement_timeout").Scan(&timeout))
	assert.Equal(t, "2s", timeout, "for all other statements")
}

func TestWritesAndDeletionsAreForgottenAfterADay(t *testing.T) {
	store := migrated(t)
	created := newKey()
	token, item, err := store.Create(t.Context(), created, todo.NewItem{Title: "first"})
	require.NoError(t, err)
	owner := todo.Access{Token: token, Owner: true}
	fill(t, store, owner, 2*purgeBatch+1)
	analyze(t, store)
	old, young, added := newKey(), newKey(), newKey()
	require.NoError(t, store.Delete(t.Context(), owner, old, item.ID))
	second, err := store.Add(t.Context(), owner, added, todo.NewItem{Title: "second"})
	require.NoError(t, err)
	_, err = store.DeleteCompleted(t.Context(), owner, newKey()) // more than a batch
	require.NoError(t, err)
	execute(t, store, "update writes set at = at - interval '25 hours'")
	require.NoError(t, store.Delete(t.Context(), owner, young, second.ID))

	// Too late, also where nothing was purged yet.
	assert.Zero(t, page(t, store, owner, todo.Query{Undo: old}).Undoable)
	restored, err := store.Undo(t.Context(), owner, newKey(), old)
	require.NoError(t, err)
	assert.Zero(t, restored)

	left := page(t, store, owner, todo.Query{}).Total
	assert.Equal(t, 4+1+purgeBatch, purged(t, store, 365*day), "writes and deleted items")
	assert.Equal(t, 2, count(t, store, "writes"))
	assert.Equal(t, left, page(t, store, owner, todo.Query{}).Total)
	assert.Equal(t, left+1, count(t, store, "todos"))
	assert.Equal(t, 1, page(t, store, owner, todo.Query{Undo: young}).Undoable)

	// A key that was forgotten is a new one, but not for another list.
	_, err = store.Add(t.Context(), owner, added, todo.NewItem{Title: "again"})
	assert.NoError(t, err)
	_, _, err = store.Create(t.Context(), created, todo.NewItem{Title: "first"})
	assert.ErrorIs(t, err, todo.ErrKeyReused)
}

func TestOneSlotPurgesAtATime(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	untouched(t, store, owner, 400)
	other, err := store.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer other.Release()
	_, err = other.Exec(t.Context(), "select pg_advisory_lock($1)", purgeLock)
	require.NoError(t, err)
	assert.Zero(t, purged(t, store, 365*day))
	_, err = other.Exec(t.Context(), "select pg_advisory_unlock($1)", purgeLock)
	require.NoError(t, err)
	assert.Equal(t, 1, purged(t, store, 365*day))
	assert.Zero(t, count(t, store, "pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"))
}

func TestAPurgeOfADatabaseThatIsAwaySaysSo(t *testing.T) {
	store, proxy, owner := faulty(t)
	untouched(t, store, owner, 400)
	proxy.Down()
	_, err := store.Purge(t.Context(), 365*day)
	assert.ErrorIs(t, err, todo.ErrUnavailable)
	proxy.Up()
	assert.Equal(t, 1, purged(t, store, 365*day))
}

func TestABatchOfListsIsWeighedByItems(t *testing.T) {
	store := migrated(t)
	for days := range 4 {
		owner, _ := newList(t, store)
		add(t, store, owner, "second")
		untouched(t, store, owner, 400+days)
	}
	for _, want := range []int64{2, 2, 0} { // three rows each: the second begins at the fourth
		tag, err := store.pool.Exec(t.Context(), expireLists, 5, 365)
		require.NoError(t, err)
		assert.Equal(t, want, tag.RowsAffected())
	}
}
