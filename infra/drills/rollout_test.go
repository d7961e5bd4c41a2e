//go:build drills

package drills

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

const (
	wait = 20 * time.Second
	step = 200 * time.Millisecond
)

// A changed line of the app is served after `pulumi up`, and neither VM was
// replaced or restarted for it.
func TestAChangedLineIsServedWithoutTouchingAVM(t *testing.T) {
	const before, after = "</title>", " (changed)</title>"
	template := filepath.Join(booted.project, "app/web/templates/layout.html")
	text, err := os.ReadFile(template)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(text), before))
	client := booted.visitor(t)
	require.NotContains(t, page(t, client, booted.url), after)
	incarnations := booted.incarnations(t)

	require.NoError(t, os.WriteFile(template, []byte(strings.Replace(string(text), before, after, 1)), 0o644))
	start := time.Now()
	require.NoError(t, booted.command("pulumi", "up", "--yes"))
	require.Contains(t, page(t, client, booted.url), after)
	phases.add("one-line app change served", start)
	require.Equal(t, incarnations, booted.incarnations(t))
}

// incarnations change when a VM is replaced or restarted.
func (s *stack) incarnations(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, cloud := range []string{state.AWS, state.GCP} {
		m := s.machine(t, cloud)
		list = append(list, m.ID+" "+docker(t, "inspect", "--format", "{{.Id}} {{.State.StartedAt}}", m.Container))
	}
	return list
}
