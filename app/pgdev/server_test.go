package pgdev

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func TestDatabasesAreEmptyAndApart(t *testing.T) {
	first, second := Database(t), Database(t)
	require.NotEqual(t, first, second)
	_, err := connect(t, first).Exec(t.Context(), "create table mine (n int)")
	require.NoError(t, err)
	var tables int
	err = connect(t, second).QueryRow(t.Context(), "select count(*) from pg_tables where schemaname = 'public'").Scan(&tables)
	require.NoError(t, err)
	assert.Zero(t, tables)
}

func TestDataSurviveARestart(t *testing.T) {
	Database(t) // skips where there is no Postgres
	dir := filepath.Join(t.TempDir(), "cluster")
	for run := range 2 {
		s, err := Start(t.Context(), dir)
		require.NoError(t, err)
		t.Cleanup(s.Stop)
		url, err := s.EnsureDatabase(t.Context(), "kept")
		require.NoError(t, err)
		conn := connect(t, url)
		_, err = conn.Exec(t.Context(), "create table if not exists runs (n int)")
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), "insert into runs values ($1)", run)
		require.NoError(t, err)
		if run == 1 {
			var runs int
			require.NoError(t, conn.QueryRow(t.Context(), "select count(*) from runs").Scan(&runs))
			assert.Equal(t, 2, runs)
		}
		conn.Close(t.Context())
		s.Stop()
		assert.ErrorIs(t, s.process.Process.Signal(syscall.Signal(0)), os.ErrProcessDone)
	}
}

// A checkout below /root, or any directory that only its owner may enter.
func TestStartsBelowAClosedDirectory(t *testing.T) {
	Database(t)
	closed := filepath.Join(t.TempDir(), "closed")
	require.NoError(t, os.Mkdir(closed, 0o700))
	s, err := Start(t.Context(), filepath.Join(closed, "cluster"))
	require.NoError(t, err)
	s.Stop()
}

func TestTheServerAsksForItsPassword(t *testing.T) {
	config, err := pgx.ParseConfig(Database(t))
	require.NoError(t, err)
	config.Password = "guess"
	_, err = pgx.ConnectConfig(t.Context(), config)
	assert.ErrorContains(t, err, "28P01") // invalid_password
}

func TestASecondServerOnTheSameDataIsRefused(t *testing.T) {
	Database(t)
	dir := t.TempDir()
	s, err := Start(t.Context(), dir)
	require.NoError(t, err)
	defer s.Stop()
	_, err = Start(t.Context(), dir)
	assert.ErrorIs(t, err, ErrRunning)
}

func TestFindPrefersTheNewestDebianPackage(t *testing.T) {
	found, ok := newest([]string{
		"/usr/lib/postgresql/9.6/bin/initdb", "/usr/lib/postgresql/17/bin/initdb", "/usr/lib/postgresql/15/bin/initdb",
	})
	require.True(t, ok)
	assert.Equal(t, Installation{Dir: "/usr/lib/postgresql/17/bin", Major: "17"}, found)
	_, ok = newest(nil)
	assert.False(t, ok)
}

func TestARestartedServerHasItsPortAndData(t *testing.T) {
	Database(t)
	s, err := Start(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	url := s.URL("postgres")
	before := connect(t, url)
	_, err = before.Exec(t.Context(), "create table kept (n int)")
	require.NoError(t, err)
	require.NoError(t, s.Restart(t.Context()))
	assert.Error(t, before.Ping(t.Context()), "its connections end")
	_, err = connect(t, url).Exec(t.Context(), "drop table kept")
	assert.NoError(t, err)
}
