//go:build drills

package drills

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Converge is killed after each change that it makes: at the first boot of both VMs, at a rollout, and at the way back.
// The next run always finishes the work.
func convergeIsKilledAtEveryStep(t *testing.T) {
	booted.typeTodo(t, "remember me while both VMs die")
	firstBootUnderFire(t)
	rolloutUnderFire(t)
	wayBackUnderFire(t)

	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	diedEverywhere(t, "../webhost/boot", kills(t, web), webUnmet, repeatedAnnouncement)
	diedEverywhere(t, "../database/boot", kills(t, database), databaseUnmet, nil)
	nothingIsLeftToDo(t, web, database)
}

// nothingIsLeftToDo runs converge once more, by hand, on hosts that are at peace again.
func nothingIsLeftToDo(t *testing.T, hosts ...state.Machine) {
	for _, host := range hosts {
		disarmKiller(t, host.Container)
		said := inside(t, host, "bash", "-c", `cd /var/lib/crosscloud/bundles
			"$PWD/$(cat /run/crosscloud/revision 2>/dev/null || ls)/converge"`)
		require.NotContains(t, said, "changed:")
	}
	require.NoError(t, booted.command("pulumi", "config", "rm", "operations"))
	booted.up(t).succeeds(t)
	booted.noChange(t)
}

// firstBootUnderFire replaces both VMs at once while the archive is out of reach for the one, locked and slow for the
// other.
func firstBootUnderFire(t *testing.T) {
	// Something new, or the update would take the words of the VMs before for theirs.
	booted.configure(t, "adminCidrs[0]", "198.51.100.0/24")
	booted.configure(t, "adminSshKeys[0]", nobodysKey(t))
	resources, old := booted.resources(t), booted.containers(t)
	start := time.Now()
	up := booted.up(t, "--replace", must(t, resources, "aws:ec2/instance:Instance web-host").URN,
		"--replace", must(t, resources, "gcp:compute/instance:Instance database-vm").URN)
	var web string
	var reach, unlock, fast func()
	booted.newMachines(t, old, map[string]func(string){
		state.AWS: func(container string) {
			armKiller(t, container)
			web, unlock, fast = container, lockPackages(t, container), slowArchive(t, container)
		},
		state.GCP: func(container string) {
			armKiller(t, container)
			reach = withoutArchive(t, container)
		},
	})
	up.says(t, "database: trying again: packages not done: apt: E: ")
	reach()
	reached := time.Now()
	waitsForLock(t, web)
	unlock()
	unlocked := time.Now()
	up.says(t, "database: packages done")
	phases.add("first boot of the database host without an archive: its packages installed", reached)
	up.says(t, "web host: packages done")
	phases.add("first boot of the web host with apt locked, then slow: its packages installed", unlocked)
	fast()
	up.succeeds(t)
	booted.whole(t, "both VMs replaced, converge killed after every change", start)
}

// rolloutUnderFire brings a release, another password and an operation, and a visitor notices nothing.
func rolloutUnderFire(t *testing.T) {
	visits := booted.visit(t)
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

// wayBackUnderFire takes back what an administrator had, and restarts the database.
func wayBackUnderFire(t *testing.T) {
	booted.configure(t, "operations[0].id", newOperation("database"))
	booted.configure(t, "operations[0].host", "database")
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminSshKeys"))
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminCidrs"))
	start := time.Now()
	booted.up(t).succeeds(t)
	booted.whole(t, "a configuration taken back, converge killed after every change", start)
}

// newOperation is an id that no host has heard of.
func newOperation(host string) string { return fmt.Sprintf("drill-%s-%d", host, time.Now().Unix()) }

// configure sets a value of the stack's configuration.
func (s *stack) configure(t *testing.T, path, value string) {
	t.Helper()
	require.NoError(t, s.command("pulumi", "config", "set", "--path", path, value))
}

// nextPassword asks for another password of the app's.
func (s *stack) nextPassword(t *testing.T) {
	t.Helper()
	version := 1 // Pulumi.yaml's default
	if text, err := s.read("pulumi", "config", "get", "databasePasswordVersion"); err == nil {
		version, err = strconv.Atoi(strings.TrimSpace(text))
		require.NoError(t, err)
	}
	s.configure(t, "databasePasswordVersion", strconv.Itoa(version+1))
}

// nobodysKey is a public one, whose private half nobody keeps.
func nobodysKey(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "drill", "-f", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	text, err := exec.Command("cat", file+".pub").Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}
