//go:build drills

package drills

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Both hosts' clocks are an hour off when a release changes both. What serves goes on serving. The database host takes its
// new settings, though where its clock is slow, a certificate of the last hour is not valid for it yet; the web host's
// requests are refused, as signatures have a date, and it says that it is the clock. Both go on when the clocks are right.
func theClocksAreWrong(t *testing.T) {
	for _, wrong := range []struct{ offset, says string }{
		{"+1h", "the clock of this host is 60 minutes fast"},
		{"-1h", "the clock of this host is 60 minutes slow"},
	} {
		web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
		visits := booted.visit(t)
		undo := booted.newSettings(t)
		set := booted.clocks(t)
		release, start := booted.newRelease(t), time.Now()
		set(wrong.offset)
		up := booted.up(t)
		journalSays(t, database, start, "changed: reloaded the server")
		journalSays(t, web, start, wrong.says)
		booted.shows(t, release, false)
		visits.allSucceeded(t)
		set("+0")
		healed := time.Now()
		up.succeeds(t)
		booted.whole(t, "both clocks wrong by "+wrong.offset+" during a rollout", healed)
		booted.shows(t, release, true)
		undo()
	}
	booted.up(t).succeeds(t)
}

// clocks lets the agents of both hosts, and all that they start, see another time. The kernel's clock is the machine's that
// all VMs run on, so it is libfaketime that tells the programs; whatever else runs on the hosts keeps the right time.
func (s *stack) clocks(t *testing.T) (set func(offset string)) {
	t.Helper()
	const file, dropIn = "/run/drill-clock", "/etc/systemd/system/crosscloud-agent.service.d/clock.conf"
	hosts := []state.Machine{s.machine(t, state.AWS), s.machine(t, state.GCP)}
	set = func(offset string) {
		for _, host := range hosts {
			inside(t, host, "bash", "-c", "echo "+offset+" >"+file+".new && mv "+file+".new "+file)
		}
	}
	set("+0")
	for _, host := range hosts {
		inside(t, host, "bash", "-c", `set -euo pipefail
			export DEBIAN_FRONTEND=noninteractive
			apt-get -qq update
			apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 install libfaketime >/dev/null
			mkdir -p "${1%/*}"
			{
				echo '[Service]'
				echo "Environment=LD_PRELOAD=$(dpkg --listfiles libfaketime | grep '/libfaketime\.so\.1$')"
				echo "Environment=FAKETIME_TIMESTAMP_FILE=$0 FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1"
			} >"$1"
			systemctl daemon-reload
			systemctl restart crosscloud-agent`, file, dropIn)
		t.Cleanup(func() {
			inside(t, host, "bash", "-c", `rm -f "$0" && systemctl daemon-reload && systemctl restart crosscloud-agent`, dropIn)
		})
	}
	now := time.Now()
	set("-1h")
	for _, host := range hosts {
		told, err := time.Parse(time.RFC3339, strings.TrimSpace(inside(t, host, "bash", "-c",
			`env $(systemctl show --property=Environment --value crosscloud-agent | tr ' ' '\n' | grep -E '^(LD_PRELOAD|FAKETIME)') date --utc +%Y-%m-%dT%H:%M:%SZ`)))
		require.NoError(t, err)
		require.WithinDuration(t, now.Add(-time.Hour), told, 5*time.Minute, "the agents see the wrong time, or the drill proves nothing")
	}
	set("+0")
	return set
}
