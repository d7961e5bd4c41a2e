package postgres

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/todo"
)

func TestMain(m *testing.M) { os.Exit(pgdev.Main(m)) }

// parsed is the configuration of an empty database of the test's own.
func parsed(t *testing.T) *pgxpool.Config {
	t.Helper()
	config, err := ParseURL(pgdev.Database(t))
	require.NoError(t, err)
	return config
}

func open(t *testing.T, config *pgxpool.Config) *Store {
	t.Helper()
	store, err := Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(store.Close)
	return store
}

// migrated is a store whose schema is in place.
func migrated(t *testing.T) *Store {
	t.Helper()
	config := parsed(t)
	migrations, err := Embedded()
	require.NoError(t, err)
	require.NoError(t, migrations.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
	return open(t, config)
}

func list(t *testing.T, store *Store, limit int) todo.Page {
	t.Helper()
	page, err := store.List(t.Context(), limit)
	require.NoError(t, err)
	return page
}

func TestItemsAreListedNewestFirstWithCountsOfAll(t *testing.T) {
	store := migrated(t)
	assert.Equal(t, todo.Page{Items: []todo.Item{}}, list(t, store, 10))

	for _, title := range []todo.Title{"first", "second", "third"} {
		require.NoError(t, store.Add(t.Context(), title))
	}
	all := list(t, store, 10)
	require.Len(t, all.Items, 3)
	require.NoError(t, store.SetDone(t.Context(), all.Items[0].ID, true))

	page := list(t, store, 2)
	require.Len(t, page.Items, 2)
	assert.Equal(t, todo.Title("third"), page.Items[0].Title)
	assert.True(t, page.Items[0].Done)
	assert.Equal(t, todo.Title("second"), page.Items[1].Title)
	assert.Equal(t, 3, page.Total)
	assert.Equal(t, 2, page.Open)
}

func TestSetDoneIsRepeatable(t *testing.T) {
	store := migrated(t)
	require.NoError(t, store.Add(t.Context(), "twice"))
	id := list(t, store, 1).Items[0].ID
	for _, done := range []bool{true, true, false, false} {
		require.NoError(t, store.SetDone(t.Context(), id, done))
		assert.Equal(t, done, list(t, store, 1).Items[0].Done)
	}
	assert.ErrorIs(t, store.SetDone(t.Context(), id+1, true), todo.ErrNotFound)
}

func TestDeleteRemovesOneItem(t *testing.T) {
	store := migrated(t)
	require.NoError(t, store.Add(t.Context(), "stays"))
	require.NoError(t, store.Add(t.Context(), "goes"))
	id := list(t, store, 1).Items[0].ID
	require.NoError(t, store.Delete(t.Context(), id))
	page := list(t, store, 10)
	require.Len(t, page.Items, 1)
	assert.Equal(t, todo.Title("stays"), page.Items[0].Title)
	assert.ErrorIs(t, store.Delete(t.Context(), id), todo.ErrNotFound)
}

// The longest title the domain lets through must fit, whatever it is made of;
// what the domain would refuse must not fit either.
func TestTheSchemaAgreesWithTheDomain(t *testing.T) {
	store := migrated(t)
	longest, err := todo.NewTitle(strings.Repeat("𝄞", todo.MaxTitle))
	require.NoError(t, err)
	require.NoError(t, store.Add(t.Context(), longest))
	assert.Equal(t, longest, list(t, store, 1).Items[0].Title)

	for _, title := range []todo.Title{"", todo.Title(strings.Repeat("x", todo.MaxTitle+1))} {
		err := store.Add(t.Context(), title)
		assert.ErrorContains(t, err, "items_title_length")
		assert.NotErrorIs(t, err, todo.ErrUnavailable, "waiting does not make it fit")
	}
	assert.Equal(t, 1, list(t, store, 1).Total)
}

func TestErrorsSayWhetherWaitingHelps(t *testing.T) {
	t.Run("no schema yet", func(t *testing.T) {
		_, err := open(t, parsed(t)).List(t.Context(), 1)
		assert.ErrorIs(t, err, todo.ErrUnavailable)
	})
	t.Run("connection refused", func(t *testing.T) {
		config := parsed(t)
		config.ConnConfig.Port = closedPort(t)
		err := open(t, config).Add(t.Context(), "nowhere")
		assert.ErrorIs(t, err, todo.ErrUnavailable)
	})
	t.Run("a server that never answers", func(t *testing.T) {
		silent, err := net.Listen("tcp", "127.0.0.1:0") // the kernel accepts, nobody reads
		require.NoError(t, err)
		defer silent.Close()
		config := parsed(t)
		config.ConnConfig.Port = uint16(silent.Addr().(*net.TCPAddr).Port)
		config.ConnConfig.ConnectTimeout = 100 * time.Millisecond
		started := time.Now()
		_, err = open(t, config).List(t.Context(), 1)
		assert.ErrorIs(t, err, todo.ErrUnavailable)
		assert.Less(t, time.Since(started), queryTimeout)
	})
	t.Run("a row locked by somebody else", func(t *testing.T) {
		store := migrated(t)
		require.NoError(t, store.Add(t.Context(), "locked"))
		tx, err := store.pool.Begin(t.Context())
		require.NoError(t, err)
		defer tx.Rollback(context.Background())
		_, err = tx.Exec(t.Context(), "lock table items")
		require.NoError(t, err)
		_, err = store.pool.Exec(t.Context(), "set lock_timeout = '50ms'; select * from items")
		assert.True(t, temporary(err), "%v", err)
	})
	t.Run("the caller went away", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := migrated(t).List(ctx, 1)
		assert.ErrorIs(t, err, context.Canceled)
		assert.False(t, errors.Is(err, todo.ErrUnavailable))
	})
}

// A connection that the server ended while it was idle must not fail a request.
func TestThePoolSurvivesALostConnection(t *testing.T) {
	store := migrated(t)
	require.NoError(t, store.Add(t.Context(), "still here"))
	admin := open(t, parsed(t))
	_, err := admin.pool.Exec(t.Context(),
		"select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", store.pool.Config().ConnConfig.Database)
	require.NoError(t, err)
	time.Sleep(1100 * time.Millisecond) // the pool trusts a connection for a second
	assert.Equal(t, 1, list(t, store, 1).Total)
}

func closedPort(t *testing.T) uint16 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return uint16(l.Addr().(*net.TCPAddr).Port)
}
