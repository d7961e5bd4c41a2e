//go:build drills

package drills

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newMachines waits for the VMs that take the place of those in the given containers, and does something to each before
// it has booted.
func (s *stack) newMachines(t *testing.T, old map[string]bool, at map[string]func(container string)) {
	t.Helper()
	found := map[string]bool{}
	for end := time.Now().Add(patience); len(found) < len(at); time.Sleep(step / 4) {
		require.False(t, time.Now().After(end), "the new VMs do not come: %v", found)
		for container := range s.containers(t) {
			id, machine, _ := strings.Cut(container, " ")
			cloud := "gcp"
			if strings.HasPrefix(machine, "i-") {
				cloud = "aws"
			}
			if !old[container] && !found[cloud] {
				found[cloud] = true
				at[cloud](id)
			}
		}
	}
}

// containers are the running VMs, as "CONTAINER MACHINE".
func (s *stack) containers(t *testing.T) map[string]bool {
	t.Helper()
	running := map[string]bool{}
	for line := range strings.Lines(docker(t, "ps", "--no-trunc", "--filter", "label=crosscloud.twin="+twinName,
		"--filter", "label=crosscloud.machine", "--format", `{{.ID}} {{.Label "crosscloud.machine"}}`)) {
		running[strings.TrimSpace(line)] = true
	}
	return running
}

// withoutArchive lets a VM connect to the clouds' services and to the other host, and to nobody else.
func withoutArchive(t *testing.T, container string) (reach func()) {
	t.Helper()
	return cutOff(t, container, `chain output { type filter hook output priority -10;
		oifname "lo" accept; ip daddr { 169.254.169.254, 198.18.0.0/15 } accept; meta l4proto tcp reject with tcp reset; }`)
}

// slowArchive drops what comes from there faster than at 2 MB/s.
func slowArchive(t *testing.T, container string) (fast func()) {
	t.Helper()
	return cutOff(t, container, `chain input { type filter hook input priority -10;
		iifname "lo" accept; ip saddr { 169.254.169.254, 198.18.0.0/15 } accept; limit rate over 2 mbytes/second burst 1 mbytes drop; }`)
}

// lockPackages holds the lock that every installation takes, as the first boot's own upgrades do.
func lockPackages(t *testing.T, container string) (unlock func()) {
	t.Helper()
	docker(t, "exec", "--detach", container, "bash", "-c", `echo $$ >/var/lib/drill/locker; exec python3 -c '
import fcntl, time
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
time.sleep(600)'`)
	return func() { docker(t, "exec", container, "bash", "-c", "kill $(</var/lib/drill/locker)") }
}

// waitsForLock waits until apt in a VM has met the lock, and leaves it there for a while.
func waitsForLock(t *testing.T, container string) {
	t.Helper()
	require.Eventually(t, func() bool {
		return exec.Command("docker", "exec", container, "pgrep", "--full", "apt-get.* install").Run() == nil
	}, patience, step)
	time.Sleep(5 * time.Second)
	require.Error(t, exec.Command("docker", "exec", container, "which", "jq").Run(), "apt did not wait for the lock")
}
