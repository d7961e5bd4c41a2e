//go:build drills

package drills

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Of two updates at once the second is told who holds the lock, and the first goes on: it takes back the line that
// another drill changed.
func twoUpsAtOnce(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(booted.root, layout))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(booted.project, layout), text, 0o644))
	start := time.Now()
	first := make(chan error, 1)
	go func() { first <- booted.command("pulumi", "up", "--yes") }()
	require.Eventually(t, booted.locked, 3*time.Minute, step)

	second, err := booted.prepare(booted.project, booted.twin, "pulumi", "up", "--yes").CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(second), "the stack is currently locked by 1 lock(s)")
	require.Contains(t, string(second), "pulumi cancel")

	require.NoError(t, <-first)
	booted.whole(t, "a second up at the same time refused", start)
	require.False(t, booted.locked())
	require.NotContains(t, page(t, booted.visitor(t), booted.url), changedTitle)
}

// locked reports whether an update of the stack is under way.
func (s *stack) locked() bool {
	found := false
	_ = filepath.WalkDir(filepath.Join(s.dir, "pulumi", ".pulumi", "locks"), func(path string, entry os.DirEntry, err error) error {
		found = found || err == nil && !entry.IsDir() && strings.HasSuffix(path, ".json")
		return nil
	})
	return found
}
