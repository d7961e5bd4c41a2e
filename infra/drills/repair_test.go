//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// repair brings back what was changed by hand, as an operator would, and proves that it did.
func (s *stack) repair(t *testing.T, done string) {
	t.Helper()
	start := time.Now()
	require.NoError(t, s.command("pulumi", "up", "--refresh", "--yes"))
	s.whole(t, done, start)
	s.noChange(t)
}

// unreachable proves that the hand did harm.
func (s *stack) unreachable(t *testing.T) {
	t.Helper()
	require.Error(t, s.remembers(), "the site answers, so there is nothing to repair")
}

// must finds a resource of the stack by its kind and name.
func must(t *testing.T, resources map[string]registered, key string) registered {
	t.Helper()
	require.Contains(t, resources, key)
	return resources[key]
}
