package postgres

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// counted is a store of one connection with a list on it, and the number of
// times that it dialled: also to ask the server to stop a statement.
func counted(t *testing.T) (*Store, todo.Access, *atomic.Int32) {
	t.Helper()
	config := migratedConfig(t)
	config.MaxConns, config.MinIdleConns = 1, 0
	config.ConnConfig.RuntimeParams["lock_timeout"] = "1min" // whoever waits for locked is there until release
	dials, dial := &atomic.Int32{}, config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		return dial(ctx, network, address)
	}
	store := open(t, config)
	owner, _ := newList(t, store)
	return store, owner, dials
}

// locked keeps everybody from the items until release, and tells whether
// anybody waits for them.
func locked(t *testing.T, store *Store) (waiting func() bool, release func()) {
	t.Helper()
	conn, err := pgx.ConnectConfig(t.Context(), store.pool.Config().ConnConfig)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "lock table todos")
	require.NoError(t, err)
	waiting = func() (is bool) {
		err := tx.QueryRow(t.Context(), `select exists (select from pg_locks
			where relation = 'todos'::regclass and not granted)`).Scan(&is)
		return err == nil && is
	}
	return waiting, func() { require.NoError(t, tx.Commit(t.Context())) }
}

// Visitors who give up waiting must not take the pool's connections with them:
// those who come next would have to wait until there are new ones.
func TestWhoLeavesLeavesTheConnection(t *testing.T) {
	store, owner, dials := counted(t)
	for name, call := range map[string]func(context.Context) error{
		"page": func(ctx context.Context) error {
			_, err := store.Page(ctx, owner, todo.Query{Limit: 10})
			return err
		},
		"add": func(ctx context.Context) error {
			_, err := store.Add(ctx, owner, todo.Key{Name: "left"}, todo.NewItem{Title: "second"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			waiting, release := locked(t, store)
			before := dials.Load()
			ctx, leave := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- call(ctx) }()
			require.Eventually(t, waiting, 15*time.Second, time.Millisecond)
			leave()
			release()
			assert.NoError(t, <-ended, "it was about to end anyway")
			assert.Equal(t, before, dials.Load())
			assert.EqualValues(t, 1, store.Stats().Pool.TotalConns())
		})
	}
	before := dials.Load()
	assert.Equal(t, "second first", titles(page(t, store, owner, todo.Query{})), "what was sent is stored")
	assert.Equal(t, before, dials.Load())
}

// waits tells when a call begins to wait for a connection, and how that ends.
type waits struct {
	begun chan struct{}
	ended chan error
}

func (w waits) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	w.begun <- struct{}{}
	return ctx
}

func (w waits) TraceAcquireEnd(_ context.Context, _ *pgxpool.Pool, data pgxpool.TraceAcquireEndData) {
	w.ended <- data.Err
}

// pgxpool takes a tracer of waits from where one of queries is.
func (waits) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}
func (waits) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestWhoLeavesTheQueueForAConnectionIsGoneAtOnce(t *testing.T) {
	config := migratedConfig(t)
	config.MaxConns, config.MinIdleConns = 1, 0
	owner, _ := newList(t, open(t, config.Copy()))
	queue := waits{make(chan struct{}, 2), make(chan error, 2)}
	config.ConnConfig.Tracer = queue
	store := open(t, config)
	held, err := store.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer held.Release()
	<-queue.begun
	require.NoError(t, <-queue.ended)
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := store.Page(ctx, owner, todo.Query{Limit: 10})
		ended <- err
	}()
	<-queue.begun
	leave()
	err = <-ended // nobody gave the connection back
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, todo.ErrUnavailable)
	assert.ErrorIs(t, <-queue.ended, context.Canceled, "it did not wait until acquireTimeout was over")
	assert.EqualValues(t, 1, store.Stats().Pool.TotalConns())
}

// A slot that stops does not wait until everything old is deleted.
func TestAPurgeEndsWithItsCaller(t *testing.T) {
	store, owner, _ := counted(t)
	untouched(t, store, owner, 400)
	waiting, release := locked(t, store)
	defer release()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := store.Purge(ctx, 365*day)
		ended <- err
	}()
	require.Eventually(t, waiting, 15*time.Second, time.Millisecond)
	stop()
	assert.ErrorIs(t, <-ended, context.Canceled, "it did not wait for the lock: then it would have done its work")
}
