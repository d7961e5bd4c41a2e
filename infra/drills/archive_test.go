//go:build drills

package drills

import (
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// archive is Debian's, as a VM that boots gets at it.
type archive struct {
	t         *testing.T
	container string
}

// cutOff lets the VM reach nobody outside.
func (a archive) cutOff() {
	a.t.Helper()
	cutOff(a.t, a.container, `chain output { type filter hook output priority -10;
		oifname "lo" accept; ip daddr { 169.254.169.254, 198.18.0.0/15 } accept; meta l4proto tcp reject with tcp reset; }`)
}

// reach undoes cutOff.
func (a archive) reach() {
	a.t.Helper()
	reach(a.t, a.container)
}

// slow drops what comes from outside faster than at 2 MB/s.
func (a archive) slow() {
	a.t.Helper()
	cutOff(a.t, a.container, `chain input { type filter hook input priority -10;
		iifname "lo" accept; ip saddr { 169.254.169.254, 198.18.0.0/15 } accept; limit rate over 2 mbytes/second burst 1 mbytes counter drop; }`)
}

var dropped = regexp.MustCompile(`counter packets (\d+) bytes`)

// fast undoes slow, and asserts that it was slow.
func (a archive) fast() {
	a.t.Helper()
	found := dropped.FindStringSubmatch(docker(a.t, "exec", a.container, "nft", "list", "table", "inet", "drill"))
	require.NotNil(a.t, found)
	packets, err := strconv.Atoi(found[1])
	require.NoError(a.t, err)
	require.Positive(a.t, packets, "nothing came fast enough to be dropped, so nothing was slow")
	reach(a.t, a.container)
}

// lock holds one of apt's locks, as a first boot's own upgrades do.
func (a archive) lock(file string) {
	a.t.Helper()
	docker(a.t, "exec", "--detach", a.container, "bash", "-c", `mkdir -p /var/lib/drill; echo $$ >/var/lib/drill/locker; exec python3 -c '
import fcntl, sys, time
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
time.sleep(600)' "$0"`, file)
}

func (a archive) unlock() {
	a.t.Helper()
	docker(a.t, "exec", a.container, "bash", "-c", "kill $(</var/lib/drill/locker)")
}

// waitsForLock waits until apt has met the lock of every installation, and leaves it there for a while.
func (a archive) waitsForLock() {
	a.t.Helper()
	require.Eventually(a.t, func() bool {
		return exec.Command("docker", "exec", a.container, "pgrep", "--full", "apt-get.* install").Run() == nil
	}, patience, step)
	time.Sleep(5 * time.Second)
	require.Error(a.t, exec.Command("docker", "exec", a.container, "which", "jq").Run(), "apt did not wait for the lock")
}

// breakPackage leaves a package as a package manager does that was killed: unpacked and not configured.
func breakPackage(t *testing.T, container string) {
	t.Helper()
	docker(t, "exec", container, "bash", "-c", `set -euo pipefail
		cd "$(mktemp --directory)"
		mkdir -p drill/DEBIAN
		printf '%s\n' 'Package: drill' 'Version: 1' 'Architecture: all' 'Maintainer: drill <drill@example.org>' 'Description: drill' >drill/DEBIAN/control
		dpkg-deb --build drill >/dev/null
		dpkg --unpack drill.deb >/dev/null
		[[ -n $(dpkg --audit) ]]`)
}

// takeUserIDs takes the numbers that the next users of Debian's packages would get.
func takeUserIDs(t *testing.T, container string) {
	t.Helper()
	docker(t, "exec", container, "bash", "-c", `set -euo pipefail
		for id in {100..109}; do
			getent passwd "$id" >/dev/null || useradd --system --uid "$id" --gid nogroup "drill-$id"
		done`)
}
