//go:build drills

package drills

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Both VMs are gone. New ones come up at the old addresses, and the data was on its own disk.
func removedByHand(t *testing.T) {
	resources, hand := booted.resources(t), booted.hand(t)
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)

	booted.typeTodo(t, "remember me across the loss of both VMs")
	hand.delete(t, must(t, resources, "aws:ec2/instance:Instance web-host"))
	hand.delete(t, must(t, resources, "gcp:compute/instance:Instance database-vm"))
	booted.unreachable(t)

	booted.repair(t, "both VMs removed by hand, repaired")
	require.NotEqual(t, web.ID, booted.machine(t, state.AWS).ID)
	require.NotEqual(t, database.ID, booted.machine(t, state.GCP).ID)
	require.Equal(t, web.Address, booted.machine(t, state.AWS).Address)
	require.Equal(t, database.Address, booted.machine(t, state.GCP).Address)
}
