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

// layout is in every page, and a drill changes how its title ends.
const (
	layout       = "app/web/templates/layout.html"
	titleEnd     = "</title>"
	changedTitle = " (changed)</title>"
)

// hops are what `pulumi up` tells of a release on its way, in this order.
var hops = []string{
	"web host: desired state written", "web host: desired state seen", "web host: secrets read", "web host: image pulled",
	"web host: database migrated", "web host: slot blue ready", "web host: slot green ready", "web host: nginx serves the app",
	"public address: the site answers",
}

// A changed line of the app is served after `pulumi up`, which tells how far it is, and neither VM was replaced or
// restarted for it.
func aChangedLineIsServedWithoutTouchingAVM(t *testing.T) {
	template := filepath.Join(booted.project, layout)
	text, err := os.ReadFile(template)
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(string(text), titleEnd))
	client := booted.visitor(t)
	require.NotContains(t, page(t, client, booted.url), changedTitle)
	incarnations := booted.incarnations(t)

	require.NoError(t, os.WriteFile(template, []byte(strings.Replace(string(text), titleEnd, changedTitle, 1)), 0o644))
	start := time.Now()
	up := booted.up(t)
	up.succeeds(t)
	require.Contains(t, page(t, client, booted.url), changedTitle)
	phases.add("one-line app change served", start)
	rest := up.text()
	for _, hop := range hops {
		_, after, told := strings.Cut(rest, hop)
		require.True(t, told, "%q is not told, or not in its turn:\n%s", hop, up.text())
		rest = after
	}
	require.Equal(t, incarnations, booted.incarnations(t))
}

// incarnations are the VMs by cloud, as texts that change when one is replaced or restarted.
func (s *stack) incarnations(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, cloud := range []string{state.AWS, state.GCP} {
		m := s.machine(t, cloud)
		found[cloud] = m.ID + " " + docker(t, "inspect", "--format", "{{.Id}} {{.State.StartedAt}}", m.Container)
	}
	return found
}
