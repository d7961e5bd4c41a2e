//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Neither host has room on its root disk when a release comes that changes both. They say so, serve what they served,
// and go on by themselves when there is room. The database's data is on another disk.
func theRootDisksAreFull(t *testing.T) {
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	visits, client := booted.visit(t), booted.visitor(t)
	roomAtDatabase := fillDisk(t, database, "/var/lib/crosscloud", "/var/tmp", "/var/log", "/etc/crosscloud", "/etc/postgresql")
	roomAtWeb := fillDisk(t, web, "/var/lib/crosscloud", "/var/tmp", "/var/log", "/etc/crosscloud", "/etc/nginx", "/etc/containers/systemd")
	undo := booted.newSettings(t)
	release := booted.newRelease(t)
	up := booted.up(t)
	up.says(t, "database: trying again: ")
	up.says(t, "No space left on device")
	start := time.Now()
	roomAtDatabase()
	up.says(t, "database: Postgres answers")
	phases.add("root disk of the database host full during a rollout: it serves the new settings", start)
	up.says(t, "web host: trying again: the disk /var/lib/crosscloud (drill) is full: 0 of 64 MB left")
	require.False(t, release(page(t, client, booted.url)), "the release before is served")
	start = time.Now()
	roomAtWeb()
	up.succeeds(t)
	booted.whole(t, "root disk of the web host full during a rollout", start)
	booted.shows(t, release, true)
	visits.allSucceeded(t)
	undo()
	booted.up(t).succeeds(t)
}

// fillDisk fills the places to which a host writes, until it is told to make room.
func fillDisk(t *testing.T, m state.Machine, places ...string) (room func()) {
	t.Helper()
	const script = "/var/lib/drill/full-disk.sh"
	copyInto(t, m.Container, "testdata/full-disk.sh", script)
	run := func(command string) { inside(t, m, append([]string{script, command}, places...)...) }
	t.Cleanup(func() {
		run("empty")
		inside(t, m, "systemctl", "stop", "crosscloud-agent")
		run("restore")
		inside(t, m, "systemctl", "start", "crosscloud-agent")
	})
	run("fill")
	return func() { run("empty") }
}
