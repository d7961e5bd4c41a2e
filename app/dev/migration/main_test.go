package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/tern/v2/migrate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheNextNumberIsTaken(t *testing.T) {
	dir := t.TempDir()
	for _, want := range []string{"001_create_items.sql", "002_add_due_dates.sql"} {
		path, err := create(dir, []string{want[4 : len(want)-4]})
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(dir, want), path)
	}
	found, err := migrate.FindMigrations(os.DirFS(dir))
	require.NoError(t, err)
	assert.Equal(t, []string{"001_create_items.sql", "002_add_due_dates.sql"}, found)
	text, err := os.ReadFile(filepath.Join(dir, found[1]))
	require.NoError(t, err)
	assert.Contains(t, string(text), "\n---- create above / drop below ----\n", "what separates tern's two ways")
}

func TestNamesThatMakeNoFile(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{nil, {""}, {"Add"}, {"../x"}, {"add due"}, {"add", "due"}} {
		_, err := create(dir, args)
		assert.ErrorContains(t, err, "make migration name=add_due_dates", "%v", args)
	}
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestItRunsFromTheRoot(t *testing.T) {
	_, err := os.Stat(filepath.Join("../../..", directory, "001_create_items.sql"))
	assert.NoError(t, err)
}
