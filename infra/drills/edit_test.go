//go:build drills

package drills

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// edit changes a file of the project, and puts it back at the drill's end or when it is told so.
func (s *stack) edit(t *testing.T, name, old, new string) (undo func()) {
	t.Helper()
	path := filepath.Join(s.project, name)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(text), old), "%q in %s", old, name)
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o644))
	undo = func() { require.NoError(t, os.WriteFile(path, text, 0o644)) }
	t.Cleanup(undo)
	return undo
}

// add writes a new file into the project, for as long.
func (s *stack) add(t *testing.T, name, text string) (undo func()) {
	t.Helper()
	path := filepath.Join(s.project, name)
	require.NoFileExists(t, path)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	undo = func() { require.NoError(t, os.RemoveAll(path)) }
	t.Cleanup(undo)
	return undo
}

// nextMigration names the file of a migration that comes after those of the project.
func (s *stack) nextMigration(t *testing.T) (name string) {
	t.Helper()
	const migrations = "app/postgres/migrations"
	files, err := filepath.Glob(filepath.Join(s.project, migrations, "*.sql"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return fmt.Sprintf("%s/%03d_drill.sql", migrations, len(files)+1)
}

// newRelease changes a line that every page shows, for good, and answers how to see that it is served.
func (s *stack) newRelease(t *testing.T) (served func(page string) bool) {
	t.Helper()
	path := filepath.Join(s.project, layout)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	from, to := titleEnd, changedTitle
	if strings.Contains(string(text), changedTitle) {
		from, to = changedTitle, titleEnd
	}
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(text), from, to, 1)), 0o644))
	return func(page string) bool { return strings.Contains(page, changedTitle) == (to == changedTitle) }
}

// shows asserts that the site serves the release, or does not yet.
func (s *stack) shows(t *testing.T, release func(page string) bool, want bool) {
	t.Helper()
	client := s.visitor(t)
	defer client.CloseIdleConnections()
	require.Equal(t, want, release(page(t, client, s.url)), "the site serves the new release")
}
