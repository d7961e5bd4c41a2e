//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// badReleases are given up by the host.
var badReleases = []struct {
	what  string
	edit  func(*testing.T) (undo func())
	blue  bool     // the host finds out only when the slot blue runs it
	wants []string // what the update ends with
}{
	{
		what: "a release that never gets ready",
		edit: func(t *testing.T) func() {
			return booted.edit(t, "app/web/health.go", `answer(w, http.StatusOK, "ready\n")`,
				`h.log.Error("the drill keeps it from getting ready"); answer(w, http.StatusServiceUnavailable, "never\n")`)
		},
		blue:  true,
		wants: []string{"the web host gave it up: blue not done: not ready after 60 seconds", "the drill keeps it from getting ready"},
	},
	{
		what: "a release that ends at once",
		edit: func(t *testing.T) func() {
			return booted.edit(t, "app/serve.go", "\tlog.Info(\"listening\"", "\treturn fmt.Errorf(\"the drill ends it\")\n\tlog.Info(\"listening\"")
		},
		blue:  true,
		wants: []string{"the web host gave it up: blue not done: it ends as soon as it is started", "the drill ends it"},
	},
	{
		what: "a migration that fails",
		edit: func(t *testing.T) func() {
			return booted.add(t, booted.nextMigration(t), "alter table the_drill_has_no_such_table add column x int;\n")
		},
		wants: []string{"the web host gave it up: migrate not done: the migration failed with exit code 1", "the_drill_has_no_such_table"},
	},
}

// Who is told to serve a bad release says which hop it failed at and with which words. The one before it serves all
// along, and the bad one is not tried again.
func badReleasesAreGivenUp(t *testing.T) {
	web := booted.machine(t, state.AWS)
	visits := booted.visit(t)
	for i, bad := range badReleases {
		undo, before, start := bad.edit(t), slotRuns(t, web), time.Now()
		said := booted.up(t).fails(t)
		phases.add(bad.what+": given up, and the one before served all along", start)
		for _, want := range bad.wants {
			require.Contains(t, said, want)
		}
		after := slotRuns(t, web)
		require.Equal(t, before["green"], after["green"], "%s: the other slot was not touched", bad.what)
		require.Equal(t, bad.blue, before["blue"] != after["blue"], "%s: blue was started", bad.what)

		if i == 0 {
			start = time.Now()
			again := booted.up(t).fails(t)
			phases.add(bad.what+": refused a second time", start)
			for _, want := range bad.wants {
				require.Contains(t, again, want)
			}
			require.Equal(t, after, slotRuns(t, web), "%s: nothing was started for it again", bad.what)
		}
		undo()
	}
	start := time.Now()
	booted.up(t).succeeds(t)
	booted.whole(t, "three bad releases put right", start)
	visits.allSucceeded(t)
	booted.noChange(t)
}

// slotRuns answers what changes whenever a slot is started, by slot.
func slotRuns(t *testing.T, web state.Machine) map[string]string {
	t.Helper()
	runs := map[string]string{}
	for _, slot := range []string{"blue", "green"} {
		runs[slot] = inside(t, web, "systemctl", "show", "--property=InvocationID", "--value", "crosscloud-app-"+slot)
		require.Len(t, runs[slot], 33)
	}
	return runs
}
