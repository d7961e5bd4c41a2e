//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

type badRelease struct {
	what  string
	edit  func(*testing.T) (undo func())
	blue  bool     // the host finds out only when the slot blue runs it
	wants []string // what the update ends with
}

var failingMigration = badRelease{
	what: "a migration that fails",
	edit: func(t *testing.T) func() {
		return booted.add(t, booted.nextMigration(t), "alter table the_drill_has_no_such_table add column x int;\n")
	},
	wants: []string{"the web host gave it up: migrate not done: the migration failed with exit code 1", "the_drill_has_no_such_table"},
}

// badReleases are given up by the host.
var badReleases = []badRelease{
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
	failingMigration,
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
			status := booted.unwell(t)
			require.Regexp(t, `(?m)^web host: failed [0-9a-f]{12}, as asked \(it gave up, and tries again when`, status)
			require.Contains(t, status, "blue: not ready after 60 seconds")
		}
		undo()
	}
	tried := migrationRun(t, web)
	booted.configure(t, "operations[0].id", newOperation("again"))
	booted.configure(t, "operations[0].host", "web")
	booted.configure(t, "operations[0].kind", "restart")
	again := failingMigration.edit(t)
	booted.up(t).fails(t)
	require.NotEqual(t, tried, migrationRun(t, web), "what is asked for is another thing, so the release is tried again")
	again()
	require.NoError(t, booted.command("pulumi", "config", "rm", "operations"))

	start := time.Now()
	booted.up(t).succeeds(t)
	booted.whole(t, "three bad releases put right", start)
	visits.allSucceeded(t)
	booted.noChange(t)
}

// migrationRun answers what changes whenever a migration is run.
func migrationRun(t *testing.T, web state.Machine) string {
	t.Helper()
	return inside(t, web, "systemctl", "show", "--property=InvocationID", "--value", "crosscloud-migrate")
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
