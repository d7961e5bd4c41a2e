//go:build drills

package drills

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newMachines waits for VMs in other containers than the given ones, and does something to each before
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
