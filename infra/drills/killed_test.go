//go:build drills

package drills

import (
	"fmt"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Converge is killed after each change that it makes, in the whole life of a stack: its first boot with a blank disk, a
// rollout, the way back, and a database VM that takes the place of another. The next run always finishes the work.
func convergeIsKilledAtEveryStep(t *testing.T) {
	birthUnderFire(t)
	rolloutUnderFire(t)
	badReleaseUnderFire(t)
	wayBackUnderFire(t)
	web, first := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	nothingIsLeftToDo(t, first)
	killed := kills(t, first)
	second := replacementUnderFire(t)

	diedEverywhere(t, "../webhost/boot", kills(t, web), webUnmet, repeatedAnnouncement)
	diedEverywhere(t, "../database/boot", slices.Concat(killed, kills(t, second)), databaseUnmet, nil)
	nothingIsLeftToDo(t, web, second)
}

// nothingIsLeftToDo runs converge once more, by hand, on hosts that are at peace again, and looks for what a run leaves
// behind that did not come to its end.
func nothingIsLeftToDo(t *testing.T, hosts ...state.Machine) {
	for _, host := range hosts {
		disarmKiller(t, host.Container)
		said := inside(t, host, "bash", "-c", `cd /var/lib/crosscloud/bundles
			"$PWD/$(cat /run/crosscloud/revision 2>/dev/null || ls)/converge"`)
		require.NotContains(t, said, "changed:")
		left := inside(t, host, "bash", "-c", `set -euo pipefail
			find /etc/crosscloud /etc/nginx /etc/postgresql /etc/containers /etc/systemd/system /var/lib/crosscloud /var/lib/postgresql \
				/usr/local/lib/crosscloud -path '*/bundles/*/*' -prune -o -path '*/main/pg_*' -prune -o \
				\( -name '*.new' -o -name '*.part' -o -name '.new.*' -o -name previous -o -name next -o -name restart \) -print 2>/dev/null || true
			{ find /var/lib/crosscloud/secrets -type f 2>/dev/null || true; } | sort | head -n -1`)
		require.Empty(t, left, "what is half-way done, and secrets that nobody needs any more")
	}
	booted.noChange(t)
}

// birthUnderFire makes a stack from nothing, while the archive is out of reach for the one VM, locked and slow for the
// other.
func birthUnderFire(t *testing.T) {
	booted.name, booted.typed = twinName, nil
	var err error
	booted.cookies, err = cookiejar.New(nil)
	require.NoError(t, err)
	start := time.Now()
	up := booted.begin(t, "up")
	var web, database archive
	booted.newMachines(t, nil, map[string]func(string){
		state.AWS: func(container string) {
			armKiller(t, container)
			web = archive{t, container}
			web.lock("/var/lib/dpkg/lock-frontend")
			web.slow()
		},
		state.GCP: func(container string) {
			armKiller(t, container)
			database = archive{t, container}
			database.cutOff()
		},
	})
	up.says(t, "database: trying again: packages not done: apt: E: ")
	database.reach()
	web.waitsForLock()
	web.unlock()
	up.says(t, "web host: packages done")
	web.fast()
	up.succeeds(t)
	url, err := booted.read("url")
	require.NoError(t, err)
	booted.url = strings.TrimSpace(url)
	booted.typeTodo(t, "remember me while everything dies")
	booted.whole(t, "a stack from nothing, converge killed after every change", start)
}

// rolloutUnderFire brings a release, another password, an administrator and an operation, and a visitor notices nothing.
func rolloutUnderFire(t *testing.T) {
	visits := booted.visit(t)
	booted.configure(t, "adminCidrs[0]", "198.51.100.0/24")
	booted.configure(t, "adminSshKeys[0]", nobodysKey(t))
	for _, cloud := range []string{state.AWS, state.GCP} {
		host := booted.machine(t, cloud)
		breakPackage(t, host.Container)
		inside(t, host, "systemctl", "stop", "ssh.service")
	}
	id := newOperation("web")
	booted.configure(t, "operations[0].id", id)
	booted.configure(t, "operations[0].host", "web")
	booted.configure(t, "operations[0].kind", "restart")
	booted.nextPassword(t)
	release, start := booted.newRelease(t), time.Now()
	booted.up(t).succeeds(t)
	booted.whole(t, "a rollout, converge killed after every change", start)
	booted.shows(t, release, true)
	require.Eventually(t, func() bool {
		status, err := state.Get[state.Parameter](booted.store(), "/crosscloud/"+twinName+"/status")
		return err == nil && strings.Contains(status.Value, `"id":"`+id+`","kind":"restart","state":"failed","detail":"it was interrupted"`)
	}, patience, step, "a host says of an operation that it was killed in it, and does not run it again")
	visits.allSucceeded(t)
}

// badReleaseUnderFire brings one whose migration fails: a verdict that is cut off is given again.
func badReleaseUnderFire(t *testing.T) {
	visits := booted.visit(t)
	undo, start := failingMigration.edit(t), time.Now()
	said := booted.up(t).fails(t)
	for _, want := range failingMigration.wants {
		require.Contains(t, said, want)
	}
	phases.add("a migration that fails, converge killed after every change: given up", start)
	undo()
	visits.allSucceeded(t)
}

// wayBackUnderFire takes back what an administrator had, restarts the database and changes both agents.
func wayBackUnderFire(t *testing.T) {
	booted.configure(t, "operations[0].id", newOperation("database"))
	booted.configure(t, "operations[0].host", "database")
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminSshKeys"))
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminCidrs"))
	const shebang, edited = "#!/bin/bash\n", "#!/bin/bash\n# By the drill.\n"
	const unit, editedUnit = "[Service]\n", "# By the drill.\n[Service]\n"
	undo := []func(){
		booted.edit(t, "infra/database/boot/agent", shebang, edited),
		booted.edit(t, "infra/database/boot/desired.sh", "# shellcheck shell=bash\n", "# shellcheck shell=bash\n# By the drill.\n"),
		booted.edit(t, "infra/database/boot/crosscloud-agent.service", unit, editedUnit),
		booted.edit(t, "infra/webhost/boot/agent/agent.sh", shebang, edited),
		booted.edit(t, "infra/webhost/boot/agent/crosscloud-agent.service", unit, editedUnit),
	}
	start := time.Now()
	booted.up(t).succeeds(t)
	booted.whole(t, "a configuration taken back, converge killed after every change", start)
	for _, undo := range undo {
		undo()
	}
	require.NoError(t, booted.command("pulumi", "config", "rm", "operations"))
	booted.up(t).succeeds(t)
}

// replacementUnderFire puts another VM in the place of the database's. On it, the user postgres has another number than on
// the one that wrote the data.
func replacementUnderFire(t *testing.T) (replaced state.Machine) {
	old, start := booted.containers(t), time.Now()
	up := booted.up(t, "--replace", must(t, booted.resources(t), "gcp:compute/instance:Instance database-vm").URN)
	booted.newMachines(t, old, map[string]func(string){
		state.GCP: func(container string) {
			armKiller(t, container)
			takeUserIDs(t, container)
		},
	})
	up.succeeds(t)
	booted.whole(t, "database VM replaced, converge killed after every change", start)
	replaced = booted.machine(t, state.GCP)
	// An update is over when the site serves, which the host's last steps may come after.
	journalSays(t, replaced, start, "\ndone, ", "\nnothing changed\n")
	return replaced
}

// newOperation is an id that no host has heard of.
func newOperation(host string) string { return fmt.Sprintf("drill-%s-%d", host, time.Now().Unix()) }
