package postgres

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

func files(names ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for _, name := range names {
		table := strings.TrimSuffix(name[strings.Index(name, "_")+1:], ".sql")
		fsys[name] = &fstest.MapFile{Data: []byte("create table " + table + " (n int);")}
	}
	return fsys
}

func TestMigrationNumbersHaveNoGapAndNoDuplicate(t *testing.T) {
	_, err := load(files("001_a.sql", "003_c.sql"))
	assert.ErrorContains(t, err, "Missing migration 2")
	_, err = load(files("001_a.sql", "002_b.sql", "002_c.sql"))
	assert.ErrorContains(t, err, "Duplicate migration 2")
	migrations, err := load(files("001_a.sql", "002_b.sql"))
	require.NoError(t, err)
	assert.EqualValues(t, 2, migrations.count)
}

// Two slots that start at once, and then some: each migration runs once, and
// everybody returns only when all of them are in place.
func TestMigrationsRunOnceHoweverManyAsk(t *testing.T) {
	config := parsed(t)
	fsys := files("001_a.sql", "002_b.sql")
	fsys["003_slow.sql"] = &fstest.MapFile{Data: []byte("create table slow (n int); select pg_sleep(0.3);")}
	migrations, err := load(fsys)
	require.NoError(t, err)

	var output bytes.Buffer // slog's handler serialises the writes
	log := slog.New(slog.NewTextHandler(&output, nil))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			assert.NoError(t, migrations.Up(t.Context(), config.ConnConfig, log))
			status, err := migrations.Status(t.Context(), config.ConnConfig)
			assert.NoError(t, err)
			assert.Zero(t, status.Pending())
		})
	}
	all.Wait()
	for _, name := range []string{"001_a.sql", "002_b.sql", "003_slow.sql"} {
		assert.Equal(t, 1, strings.Count(output.String(), name), "runs of %s", name)
	}
}

func TestAFailedMigrationLeavesNothingAndCanBeRepeated(t *testing.T) {
	config := parsed(t)
	fsys := files("001_a.sql")
	fsys["002_broken.sql"] = &fstest.MapFile{Data: []byte("create table half (n int); select 1 / 0;")}
	broken, err := load(fsys)
	require.NoError(t, err)
	err = broken.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler))
	assert.ErrorContains(t, err, "division by zero")
	assert.NotErrorIs(t, err, todo.ErrUnavailable, "the same would happen again")
	status, err := broken.Status(t.Context(), config.ConnConfig)
	require.NoError(t, err)
	assert.Equal(t, Status{Applied: 1, Known: 2}, status)

	fixed, err := load(files("001_a.sql", "002_half.sql"))
	require.NoError(t, err)
	require.NoError(t, fixed.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
	status, err = fixed.Status(t.Context(), config.ConnConfig)
	require.NoError(t, err)
	assert.Zero(t, status.Pending())
}

func TestStatusDoesNotTouchTheDatabase(t *testing.T) {
	config := parsed(t)
	migrations, err := Embedded()
	require.NoError(t, err)
	status, err := migrations.Status(t.Context(), config.ConnConfig)
	require.NoError(t, err)
	assert.Equal(t, status.Known, status.Pending())

	conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var tables int
	require.NoError(t, conn.QueryRow(t.Context(),
		"select count(*) from pg_tables where schemaname = 'public'").Scan(&tables))
	assert.Zero(t, tables)
}

// The old slot of a rollout, or a release that was rolled back.
func TestABinaryOlderThanTheDatabaseIsReady(t *testing.T) {
	config := parsed(t)
	newer, err := load(files("001_a.sql", "002_b.sql"))
	require.NoError(t, err)
	require.NoError(t, newer.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
	older, err := load(files("001_a.sql"))
	require.NoError(t, err)
	assert.NoError(t, older.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
	assert.NoError(t, open(t, config).Ready(t.Context(), older))
}

func TestReadyOnlyWhenMigratedAndAnswering(t *testing.T) {
	config := parsed(t)
	store := open(t, config)
	migrations, err := Embedded()
	require.NoError(t, err)
	err = store.Ready(t.Context(), migrations)
	assert.ErrorIs(t, err, todo.ErrUnavailable)
	assert.EqualError(t, err, "pending migrations: 2", "the database did answer")
	require.NoError(t, migrations.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
	assert.NoError(t, store.Ready(t.Context(), migrations))

	away := config.Copy()
	away.ConnConfig.Port = closedPort(t)
	assert.ErrorIs(t, open(t, away).Ready(t.Context(), migrations), todo.ErrUnavailable)
}

// A migration that waits for a lock blocks every query behind it, so it gives
// up by itself; here the wait ends with the caller, well before that.
func TestMigrationsStopWithTheirCaller(t *testing.T) {
	config := parsed(t)
	conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "select pg_advisory_lock(9628173550095224)") // tern's lock
	require.NoError(t, err)
	migrations, err := Embedded()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	err = migrations.Up(ctx, config.ConnConfig, slog.New(slog.DiscardHandler))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.ErrorIs(t, err, todo.ErrUnavailable)
}

func TestAMigrationThatTheDatabaseCannotTakeNowIsNotAtFault(t *testing.T) {
	for name, sql := range map[string]string{
		"lock":       "set local lock_timeout = '50ms'; lock table taken;",
		"connection": "select pg_terminate_backend(pg_backend_pid());",
		"start":      "do $$ begin raise exception using errcode = 'cannot_connect_now'; end $$;",
		"full":       "do $$ begin raise exception using errcode = 'too_many_connections'; end $$;",
	} {
		t.Run(name, func(t *testing.T) {
			config := parsed(t)
			conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
			require.NoError(t, err)
			defer conn.Close(context.Background())
			_, err = conn.Exec(t.Context(), "create table taken (n int)")
			require.NoError(t, err)
			_, err = conn.Exec(t.Context(), "begin; lock table taken")
			require.NoError(t, err)
			migrations, err := load(fstest.MapFS{"001_a.sql": &fstest.MapFile{Data: []byte(sql)}})
			require.NoError(t, err)
			assert.ErrorIs(t, migrations.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)), todo.ErrUnavailable)
		})
	}
}

func TestAMigrationThatIsWrongIsAtFault(t *testing.T) {
	for name, sql := range map[string]string{
		"syntax":        "create tabel a (n int);",
		"missing table": "alter table missing add n int;",
		"template":      "select {{.missing.thing}};",
	} {
		t.Run(name, func(t *testing.T) {
			migrations, err := load(fstest.MapFS{"001_a.sql": &fstest.MapFile{Data: []byte(sql)}})
			require.NoError(t, err)
			err = migrations.Up(t.Context(), parsed(t).ConnConfig, slog.New(slog.DiscardHandler))
			require.Error(t, err)
			assert.NotErrorIs(t, err, todo.ErrUnavailable)
		})
	}
}
