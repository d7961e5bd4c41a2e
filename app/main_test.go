package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"

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
	for _, args := range [][]string{{"help"}, {"migrate"}, {"migrate", "down"}, {"serve", "now"}} {
		stdout, stderr, code := app(t, nil, args...)
		assert.Equal(t, exitMisuse, code, "%v", args)
		assert.Equal(t, usage+"\n", stderr)
		assert.Empty(t, stdout)
	}
	_, stderr, code := app(t, nil)
	assert.Equal(t, exitMisuse, code)
	assert.Contains(t, stderr, "DATABASE_URL: is not set")
}

func TestMigrateCommands(t *testing.T) {
	settings := map[string]string{"DATABASE_URL": pgdev.Database(t)}
	stdout, _, code := app(t, settings, "migrate", "status")
	assert.Equal(t, exitFailed, code, "something is pending")
	assert.Equal(t, "applied 0, known 1, pending 1\n", stdout)

	stdout, _, code = app(t, settings, "migrate", "up")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, stdout, `"migration":"001_create_items.sql"`)
	stdout, _, code = app(t, settings, "migrate", "up")
	assert.Equal(t, exitOK, code)
	assert.Empty(t, stdout, "there is nothing left to apply")

	stdout, _, code = app(t, settings, "migrate", "status")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, "applied 1, known 1, pending 0\n", stdout)
}

func TestMigrateFailsWhenNobodyAnswers(t *testing.T) {
	settings := map[string]string{"DATABASE_URL": "postgres://todo:hunter2@127.0.0.1:1/todo"}
	for _, command := range []string{"up", "status"} {
		stdout, _, code := app(t, settings, "migrate", command)
		assert.Equal(t, exitFailed, code)
		assert.Contains(t, stdout, "connection refused")
		assert.NotContains(t, stdout, "hunter2")
	}
}
