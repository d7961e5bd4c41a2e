package postgres

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/faults"
	"crosscloud/app/todo"
)

// faulty is a store whose database can fail, with a list on it.
func faulty(t *testing.T) (*Store, *faults.Proxy, todo.Access) {
	t.Helper()
	proxy := faults.New(t, migratedConfig(t).ConnString())
	config, err := ParseURL(proxy.URL())
	require.NoError(t, err)
	store := open(t, config)
	owner, _ := newList(t, store)
	return store, proxy, owner
}

// within runs a call that must end before limit.
func within(t *testing.T, limit time.Duration, call func() error) error {
	t.Helper()
	started := time.Now()
	err := call()
	assert.Less(t, time.Since(started), limit)
	return err
}

// crowd makes the pool hold as many connections as it may, all idle.
func crowd(t *testing.T, store *Store) {
	t.Helper()
	var held []*pgxpool.Conn
	for range store.pool.Config().MaxConns {
		conn, err := store.pool.Acquire(t.Context())
		require.NoError(t, err)
		held = append(held, conn)
	}
	for _, conn := range held {
		conn.Release()
	}
}

func TestARestartWhileIdleFailsNoCall(t *testing.T) {
	for name, call := range map[string]func(*Store, todo.Access) error{
		"page": func(store *Store, owner todo.Access) error {
			_, err := store.Page(t.Context(), owner, todo.Query{Limit: 10})
			return err
		},
		"add": func(store *Store, owner todo.Access) error {
			_, err := store.Add(t.Context(), owner, newKey(), todo.NewItem{Title: "after"})
			return err
		},
		"create": func(store *Store, _ todo.Access) error {
			_, _, err := store.Create(t.Context(), newKey(), todo.NewItem{Title: "after"})
			return err
		},
		"ready": func(store *Store, _ todo.Access) error {
			migrations, err := Embedded()
			require.NoError(t, err)
			return store.Ready(t.Context(), migrations)
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, proxy, owner := faulty(t)
			crowd(t, store)
			proxy.Down()
			proxy.Up()
			assert.NoError(t, call(store, owner))
			assert.EqualValues(t, 1, store.Stats().Retries)
			assert.NoError(t, call(store, owner))
		})
	}
}

// The server itself says good-bye on each connection before it goes.
func TestARestartOfTheServerFailsNoCall(t *testing.T) {
	pgdev.Database(t) // skips where there is no Postgres
	dir := t.TempDir()
	server, err := pgdev.Start(t.Context(), dir)
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	config, err := ParseURL(server.URL("postgres"))
	require.NoError(t, err)
	store := open(t, withSchema(t, config))
	owner, _ := newList(t, store)
	crowd(t, store)
	require.NoError(t, server.Restart(t.Context()))
	add(t, store, owner, "second")
	assert.Equal(t, "second first", titles(page(t, store, owner, todo.Query{})))
}

// A write whose answer was lost is sent again with its key, and has one effect.
func TestAWriteWhoseConnectionBreaksIsRepeatedOnce(t *testing.T) {
	store, _, owner := faulty(t)
	tx, err := store.pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	_, err = tx.Exec(t.Context(), "lock table writes in exclusive mode")
	require.NoError(t, err)

	added := make(chan error)
	go func() {
		_, err := store.Add(t.Context(), owner, todo.Key{Name: "broken"}, todo.NewItem{Title: "once"})
		added <- err
	}()
	// The first attempt has stored the item, and waits to store the key.
	waiting := `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
	var pid int
	require.Eventually(t, func() bool { return store.pool.QueryRow(t.Context(), waiting).Scan(&pid) == nil }, 5*time.Second, 5*time.Millisecond)
	_, err = tx.Exec(t.Context(), "select pg_terminate_backend($1)", pid)
	require.NoError(t, err)
	require.NoError(t, tx.Commit(t.Context()))
	require.NoError(t, <-added)
	assert.Equal(t, "once first", titles(page(t, store, owner, todo.Query{})))
}

func TestADatabaseThatIsDownIsToldAtOnceAndComesBackByItself(t *testing.T) {
	store, proxy, owner := faulty(t)
	proxy.Down()
	for range 3 {
		err := within(t, time.Second, func() error {
			_, err := store.Page(t.Context(), owner, todo.Query{Limit: 10})
			return err
		})
		assert.ErrorIs(t, err, todo.ErrUnavailable)
		err = within(t, time.Second, func() error {
			_, err := store.Add(t.Context(), owner, newKey(), todo.NewItem{Title: "lost"})
			return err
		})
		assert.ErrorIs(t, err, todo.ErrUnavailable)
	}
	proxy.Up()
	assert.Equal(t, "first", titles(page(t, store, owner, todo.Query{})))
}

// A database that accepts and is silent: the calls on open connections end
// with their timeouts, those that would need another one earlier.
func TestAFrozenDatabaseIsWaitedForWithinBounds(t *testing.T) {
	t.Parallel() // it waits
	store, proxy, owner := faulty(t)
	const slack = time.Second
	proxy.Freeze()
	var all sync.WaitGroup
	for range 3 * int(store.pool.Config().MaxConns) {
		all.Go(func() {
			err := within(t, readTimeout+slack, func() error {
				_, err := store.Page(t.Context(), owner, todo.Query{Limit: 10})
				return err
			})
			assert.ErrorIs(t, err, todo.ErrUnavailable)
		})
	}
	all.Go(func() {
		err := within(t, writeTimeout+slack, func() error {
			_, err := store.Add(t.Context(), owner, newKey(), todo.NewItem{Title: "lost"})
			return err
		})
		assert.ErrorIs(t, err, todo.ErrUnavailable)
	})
	all.Wait()
	proxy.Thaw()
	require.Eventually(t, func() bool {
		_, err := store.Page(t.Context(), owner, todo.Query{Limit: 10})
		return err == nil
	}, 2*connectTimeout, 50*time.Millisecond, "it comes back by itself")
}

func TestASlowDatabaseIsWaitedFor(t *testing.T) {
	store, proxy, owner := faulty(t)
	proxy.Slow(200 * time.Millisecond)
	add(t, store, owner, "second")
	got, err := store.Page(t.Context(), owner, todo.Query{Limit: 10})
	require.NoError(t, err)
	assert.Equal(t, "second first", titles(got))
}

func TestAnExhaustedPoolIsNoEndlessQueue(t *testing.T) {
	config := migratedConfig(t)
	config.MaxConns = 1
	store := open(t, config)
	owner, _ := newList(t, store)
	held, err := store.pool.Acquire(t.Context())
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := within(t, acquireTimeout+time.Second, func() error {
				_, err := store.Page(t.Context(), owner, todo.Query{Limit: 10})
				return err
			})
			assert.ErrorIs(t, err, todo.ErrUnavailable)
		})
	}
	all.Wait()
	held.Release()
	assert.Equal(t, "first", titles(page(t, store, owner, todo.Query{})))
}

// Somebody's long change of a list holds up writers of that list alone.
func TestAListThatSomebodyHoldsIsGivenUp(t *testing.T) {
	config := migratedConfig(t)
	config.ConnConfig.RuntimeParams["lock_timeout"] = "100ms"
	store := open(t, config)
	owner, item := newList(t, store)
	other, _ := newList(t, store)
	untouched(t, store, owner, 1) // as the first who reads it today finds it
	tx, err := store.pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	_, err = tx.Exec(t.Context(), "select from lists where owner = $1 for update", hashOf(owner.Token))
	require.NoError(t, err)
	_, err = store.Add(t.Context(), owner, newKey(), todo.NewItem{Title: "late"})
	assert.ErrorIs(t, err, todo.ErrUnavailable)
	assert.ErrorContains(t, err, "lock timeout")
	assert.NotContains(t, err.Error(), todo.ErrUnavailable.Error(), "it did answer")
	add(t, store, other, "second")
	assert.Equal(t, "first", titles(page(t, store, owner, todo.Query{})), "readers never wait")
	_, err = store.Item(t.Context(), owner, item.ID)
	assert.NoError(t, err)
}

// What takes long without waiting for a lock is ended by the server, with the
// pool's own settings: nothing of it is stored, the connection is as good as
// before, and the same write can be sent again.
func TestTheServerEndsAStatementThatTakesTooLong(t *testing.T) {
	t.Parallel() // it waits
	store, owner, dials := counted(t)
	execute(t, store, `create function wait() returns trigger language plpgsql as 'begin perform pg_sleep(30); return new; end'`)
	execute(t, store, "create trigger wait before insert on todos for each row execute function wait()")
	before := dials.Load()
	_, err := store.Add(t.Context(), owner, todo.Key{Name: "slow"}, todo.NewItem{Title: "second"})
	assert.ErrorIs(t, err, todo.ErrUnavailable)
	var answer *pgconn.PgError
	require.ErrorAs(t, err, &answer, "the server spoke before the client gave up")
	assert.Equal(t, "57014", answer.Code)
	assert.Contains(t, answer.Message, "statement timeout")
	assert.Equal(t, "first", titles(page(t, store, owner, todo.Query{})))
	execute(t, store, "drop trigger wait on todos")
	_, err = store.Add(t.Context(), owner, todo.Key{Name: "slow"}, todo.NewItem{Title: "second"})
	require.NoError(t, err)
	assert.Equal(t, "second first", titles(page(t, store, owner, todo.Query{})))
	assert.Equal(t, before, dials.Load())
}

func TestTheServerEndsATransactionThatWasForgotten(t *testing.T) {
	config := migratedConfig(t)
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "50ms"
	store := open(t, config)
	owner, _ := newList(t, store)
	tx, err := store.pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.Background())
	_, err = tx.Exec(t.Context(), "select from lists for update")
	require.NoError(t, err)
	add(t, store, owner, "second") // gets its turn
}

func TestErrorsSayWhetherWaitingHelps(t *testing.T) {
	access := todo.Access{Token: todo.Token{1}, Owner: true}
	t.Run("no schema yet", func(t *testing.T) {
		store := open(t, parsed(t))
		_, err := store.Page(t.Context(), access, todo.Query{Limit: 1})
		assert.ErrorIs(t, err, todo.ErrUnavailable)
		_, err = store.Add(t.Context(), access, newKey(), todo.NewItem{Title: "early"})
		assert.ErrorIs(t, err, todo.ErrUnavailable)
		_, _, err = store.Create(t.Context(), newKey(), todo.NewItem{Title: "early"})
		assert.ErrorIs(t, err, todo.ErrUnavailable)
	})
	t.Run("connection refused", func(t *testing.T) {
		config := parsed(t)
		config.ConnConfig.Port = closedPort(t)
		_, err := open(t, config).Item(t.Context(), access, 1)
		assert.ErrorIs(t, err, todo.ErrUnavailable)
	})
	t.Run("the caller went away", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := migrated(t).Page(ctx, access, todo.Query{Limit: 1})
		assert.ErrorIs(t, err, context.Canceled)
		assert.False(t, errors.Is(err, todo.ErrUnavailable))
	})
}

func closedPort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}
