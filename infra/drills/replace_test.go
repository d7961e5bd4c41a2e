//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// A new VM at the old address builds itself and serves, while nothing else is touched.
func theWebHostIsReplaced(t *testing.T, c *commands) {
	booted.replace(t, c, "web host replaced", state.AWS, "aws:ec2/instance:Instance web-host",
		"aws:ec2transitgateway/instanceState:InstanceState web-host") // the power of this one VM
}

// The data is on a disk of its own, so a new VM at the old address goes on where the old one stopped, and the app finds
// it by itself.
func theDatabaseVMIsReplaced(t *testing.T, c *commands) {
	booted.replace(t, c, "database VM replaced", state.GCP, "gcp:compute/instance:Instance database-vm")
}

// replace replaces a VM, and proves that nothing else was but what is listed.
func (s *stack) replace(t *testing.T, c *commands, done, cloud, vm string, with ...string) {
	t.Helper()
	s.typeTodo(t, "remember me: "+done)
	before, incarnations := s.resources(t), s.incarnations(t)
	old := s.machine(t, cloud)

	start := time.Now()
	c.run(t)
	s.whole(t, done, start)

	replaced := s.machine(t, cloud)
	require.NotEqual(t, old.ID, replaced.ID)
	require.Equal(t, old.Address, replaced.Address)
	require.ElementsMatch(t, append(with, vm), remade(before, s.resources(t)))
	for other, incarnation := range s.incarnations(t) {
		if other != cloud {
			require.Equal(t, incarnations[other], incarnation, "the VM on %s was not touched", other)
		}
	}
	s.noChange(t)
}
