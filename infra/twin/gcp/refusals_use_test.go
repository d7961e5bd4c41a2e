package gcp

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWhatIsInUseStays has what depends on what was done before.
func TestWhatIsInUseStays(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(object{"deletionProtection": true}))
	const (
		networks  = "https://cloud.google.com/vpc/docs/create-modify-vpc-networks"
		inUseSeen = "https://github.com/genevieve/leftovers/issues/6"
		inUseWant = "resource 'projects/my-project-123/%s' is already being used by '%s'"
	)
	inUse := func(name, kind, id, user string) refusal {
		return refusal{
			name: name, code: 400, reason: "resourceInUseByAnotherResource",
			want: fmt.Sprintf("The "+kind+" "+inUseWant, id, user), source: networks, seen: inUseSeen,
		}
	}
	subnet := "projects/my-project-123/regions/us-east4/subnetworks/db"
	for _, step := range []struct {
		target string
		refusal
	}{
		{"subnet", inUse("delete a subnet with a VM", "subnetwork", "regions/us-east4/subnetworks/db", instanceID)},
		{"vm", refusal{
			name: "delete a protected VM", want: "Cannot delete instance db: instance Deletion Protection is enabled. Set deletion_protection to false",
			source: "https://cloud.google.com/compute/docs/instances/preventing-accidental-vm-deletion",
			seen:   "https://github.com/hashicorp/terraform-provider-google/pull/1211",
		}},
	} {
		t.Run(step.name, func(t *testing.T) { step.answer(t, p.Destroy(step.target)) })
	}

	p.MustUp(instanceToken, "vm", p.vm(nil))
	require.NoError(t, p.Destroy("vm"))
	t.Run("delete a network with a subnet", func(t *testing.T) {
		require.NoError(t, p.Destroy("postgres"))
		inUse("", "network", "global/networks/db", subnet).answer(t, p.Destroy("network"))
	})
	t.Run("delete a network with a firewall rule", func(t *testing.T) {
		p.MustUp(firewallToken, "postgres", p.rule())
		require.NoError(t, p.Destroy("subnet"))
		inUse("", "network", "global/networks/db", "projects/my-project-123/global/firewalls/db-postgres").answer(t, p.Destroy("network"))
	})
	for _, name := range []string{"postgres", "network", "ip", "data", "host"} {
		require.NoError(t, p.Destroy(name), name)
	}
	require.Empty(t, p.machines.Disks())
}

// TestTheTwinKeepsWhatAVMUses has what Google Cloud does and the twin does not.
func TestTheTwinKeepsWhatAVMUses(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))
	require.ErrorContains(t, p.Destroy("ip"), instanceID+" uses the address 198.18.32.1: the twin does not release it")
	// The provider takes the disk out of the VM first (https://github.com/hashicorp/terraform/pull/14651), so that the API does
	// not refuse it and the data is gone (https://github.com/hashicorp/terraform-provider-google/issues/2078).
	require.ErrorContains(t, p.Destroy("data"), instanceID+" has the disk db-data: a real provider would take it out of the VM and delete it")
}

func TestASubnetHasRoomForSoManyVMs(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	small := p.MustUp(subnetToken, "small", object{"name": "small", "network": p.Get("network").ID, "ipCidrRange": "10.201.0.0/29"}).ID
	vm := func(name string) object {
		return p.vm(object{"name": name, "attachedDisks": []any{}, "networkInterfaces": []any{object{"subnetwork": small}}})
	}
	for i := range 4 { // eight, without the first two and the last two
		name := fmt.Sprintf("vm-%d", i)
		p.MustUp(instanceToken, name, vm(name))
	}
	p.refuse(t, []refusal{{
		name: "one VM too many", token: instanceToken, args: vm("vm-4"), code: 400, reason: "IP_SPACE_EXHAUSTED_WITH_DETAILS",
		want:   "IP space of '" + small + "' is exhausted. Insufficient free IP addresses in the IP range '10.201.0.0/29'.",
		source: "https://cloud.google.com/vpc/docs/subnets", seen: "https://github.com/Privatehive/gcp-hosted-github-runner/pull/7",
	}})
}
