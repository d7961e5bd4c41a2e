package main

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
)

func TestMain(m *testing.M) { os.Exit(pgdev.Main(m)) }

// app runs one command line and returns what it printed and its exit code.
func app(t *testing.T, settings map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	code = run(t.Context(), args, lookupIn(settings), &out, &diagnostics)
	return out.String(), diagnostics.String(), code
}

func TestMisuse(t *testing.T) {
	for _, args := range [][]string{{"sell"}, {"migrate"}, {"migrate", "sideways"}, {"migrate", "up", "--lose-data"}, {"serve", "now"}} {
		stdout, stderr, code := app(t, nil, args...)
		assert.Equal(t, exitMisuse, code, "%v", args)
		assert.Equal(t, usage, stderr)
		assert.Empty(t, stdout)
	}
	_, stderr, code := app(t, nil)
	assert.Equal(t, exitMisuse, code)
	assert.Contains(t, stderr, "DATABASE_URL: is not set")
}

func TestHelp(t *testing.T) {
	for _, ask := range []string{"help", "--help", "-h"} {
		stdout, stderr, code := app(t, nil, ask)
		assert.Equal(t, exitOK, code)
		assert.Equal(t, usage, stdout)
		assert.Empty(t, stderr)
	}
}

func TestMigrateCommands(t *testing.T) {
	settings := map[string]string{"DATABASE_URL": pgdev.Database(t)}
	stdout, _, code := app(t, settings, "migrate", "status")
	assert.Equal(t, exitFailed, code, "something is pending")
	assert.Equal(t, "applied 0, known 2, pending 2\n", stdout)

	stdout, stderr, code := app(t, settings, "migrate", "up")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stderr, "migration=001_create_items.sql\n")
	assert.Equal(t, "applied 2, known 2, pending 0\n", stdout)
	for _, command := range []string{"up", "status"} {
		stdout, stderr, code = app(t, settings, "migrate", command)
		assert.Equal(t, exitOK, code)
		assert.Equal(t, "applied 2, known 2, pending 0\n", stdout)
		assert.Empty(t, stderr)
	}
}

// A newer release was rolled back; or a developer's migration was applied and its file is gone.
func TestMigrateSaysWhenTheDatabaseIsAhead(t *testing.T) {
	database := pgdev.Database(t)
	settings := map[string]string{"DATABASE_URL": database}
	_, _, code := app(t, settings, "migrate", "up")
	require.Equal(t, exitOK, code)
	conn, err := pgx.Connect(t.Context(), database)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "update schema_version set version = 3")
	require.NoError(t, err)

	const ahead = "the database has migrations that this release lacks"
	stdout, _, code := app(t, settings, "migrate", "status")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, "applied 3, known 2, pending 0: "+ahead+"\n", stdout)
	_, stderr, code := app(t, settings, "migrate", "up")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stderr, `level=WARN msg="`+ahead+`" applied=3 known=2`)
}

func TestMigrateDownKeepsDataUnlessTold(t *testing.T) {
	database := pgdev.Database(t)
	settings := map[string]string{"DATABASE_URL": database}
	_, _, code := app(t, settings, "migrate", "up")
	require.Equal(t, exitOK, code)
	_, _, code = app(t, settings, "migrate", "down")
	assert.Equal(t, exitOK, code, "nobody has a list yet")
	conn, err := pgx.Connect(t.Context(), database)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "insert into items (title) values ('kept')")
	require.NoError(t, err)

	_, stderr, code := app(t, settings, "migrate", "down")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "would delete data of: items; `migrate down --lose-data` does it")
	stdout, _, _ := app(t, settings, "migrate", "status")
	assert.Equal(t, "applied 1, known 2, pending 1\n", stdout)
	stdout, _, code = app(t, settings, "migrate", "down", "--lose-data")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, "applied 0, known 2, pending 2\n", stdout)
	_, stderr, code = app(t, settings, "migrate", "down", "--lose-data")
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "migrate down: no migration is applied\n", stderr)
}

// A caller that may try again must be able to tell these from a bad migration.
func TestMigrateSaysWhenAnotherTryMayHelp(t *testing.T) {
	settings := map[string]string{"DATABASE_URL": "postgres://todo:hunter2@127.0.0.1:1/todo"}
	for _, command := range []string{"up", "status"} {
		_, stderr, code := app(t, settings, "migrate", command)
		assert.Equal(t, exitUnavailable, code)
		assert.Regexp(t, "(?s)^cannot use the database: .*connection refused", stderr)
		assert.NotContains(t, stderr, "hunter2")
	}

	database, err := url.Parse(pgdev.Database(t))
	require.NoError(t, err)
	wrong := *database
	wrong.User = url.UserPassword(database.User.Username(), "hunter2")
	_, stderr, code := app(t, map[string]string{"DATABASE_URL": wrong.String()}, "migrate", "up")
	assert.Equal(t, exitUnavailable, code, "the password may be on its way")
	assert.Contains(t, stderr, "28P01")
	assert.NotContains(t, stderr, "hunter2")

	wrong = *database
	wrong.Path = "/missing"
	_, _, code = app(t, map[string]string{"DATABASE_URL": wrong.String()}, "migrate", "up")
	assert.Equal(t, exitUnavailable, code, "the database may be about to be made")

	wrong = *database
	wrong.RawQuery += "&ssl_mode=require"
	for _, command := range []string{"up", "status", "down"} {
		_, stderr, code = app(t, map[string]string{"DATABASE_URL": wrong.String()}, "migrate", command)
		assert.Equal(t, exitFailed, code, "no other try helps")
		assert.Contains(t, stderr, `unrecognized configuration parameter "ssl_mode"`)
	}
}

// The first migration makes a table that is there already.
func TestMigrateFailsWhenTheDatabaseRefusesAMigration(t *testing.T) {
	database := pgdev.Database(t)
	conn, err := pgx.Connect(t.Context(), database)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "create table items (n int)")
	require.NoError(t, err)
	_, stderr, code := app(t, map[string]string{"DATABASE_URL": database}, "migrate", "up")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stderr, "already exists")
}
