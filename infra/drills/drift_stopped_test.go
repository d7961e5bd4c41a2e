//go:build drills

package drills

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Somebody stops both VMs and takes the data disk out of one. They are the same VMs afterwards, with the same data.
func stoppedByHand(t *testing.T) {
	resources, hand := booted.resources(t), booted.hand(t)
	web, database := booted.machine(t, state.AWS).ID, booted.machine(t, state.GCP).ID

	booted.typeTodo(t, "remember me across a halt")
	hand.change(t, must(t, resources, "aws:ec2transitgateway/instanceState:InstanceState web-host"), func(args map[string]any) {
		args["state"] = "stopped"
	})
	vm := must(t, resources, "gcp:compute/instance:Instance database-vm")
	hand.change(t, vm, func(args map[string]any) { args["desiredStatus"] = "TERMINATED" })
	hand.change(t, vm, func(args map[string]any) { delete(args, "attachedDisks") })
	booted.unreachable(t)

	booted.repair(t, "both VMs stopped and the data disk detached by hand, repaired")
	require.Equal(t, web, booted.machine(t, state.AWS).ID)
	require.Equal(t, database, booted.machine(t, state.GCP).ID)
}
