package gcp

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

func TestInstanceBootsWithEverythingItWasGiven(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	vm := p.MustUp(instanceToken, "vm", p.vm(nil))

	assert.Equal(t, instanceID, vm.ID)
	assert.Equal(t, "RUNNING", vm.Output("currentStatus"))
	assert.Equal(t, selfLink(instanceID), vm.Output("selfLink"))
	assert.True(t, vm.Secret("effectiveLabels"))

	m := p.machine(t)
	assert.Equal(t, "198.18.32.1", m.Address.String())
	assert.Equal(t, []cloud.Attachment{{Disk: "db-data", Device: "pgdata"}}, m.Disks)
	assert.Equal(t, []string{"secretmanager.googleapis.com"}, m.Hosts)
	assert.Equal(t, state.GCP, m.Cloud)
	assert.Contains(t, m.Firewall, "ip saddr { 198.18.16.1/32, 203.0.113.0/24 } tcp dport 5432 accept")
	assert.Contains(t, m.Firewall, "ip daddr { 0.0.0.0/0 } accept")

	r := p.record(t)
	assert.Equal(t, vm.Output("instanceId"), r.ID)
	assert.Equal(t, "198.18.32.1", r.Address)
	assert.Equal(t, "10.164.32.2", r.PrivateAddress)
	assert.Equal(t, "42:01:0a:a4:20:02", r.MAC)
	assert.Equal(t, email, r.Identity)
	assert.Equal(t, []string{"https://www.googleapis.com/auth/cloud-platform"}, r.Scopes)
	assert.Equal(t, map[string]string{"startup-script": "#!/bin/sh\n", "crosscloud": "{}"}, r.Metadata)
	assert.Equal(t, "db.us-east4-a.c.my-project-123.internal", r.Hostname)
	assert.Equal(t, "crosscloud-test-db", r.Container)
	assert.True(t, r.Running)

	for _, name := range []string{"network", "subnet", "postgres", "ip", "data", "host", "vm", "compute"} {
		require.True(t, p.Refresh(name), name)
	}
	assert.Equal(t, cloudtest.Same, p.MustUp(instanceToken, "vm", p.vm(nil)).Change)
	assert.Equal(t, []any{selfLink(instanceID)}, p.Get("ip").Output("users"))
	assert.Equal(t, []any{selfLink(instanceID)}, p.Get("data").Output("users"))

	require.NoError(t, p.Destroy("vm"))
	_, ok := p.machines.Machine("db")
	assert.False(t, ok)
	assert.Equal(t, map[string]int{"db-data": 10}, p.machines.Disks(), "data outlives the VM")
}

func TestADiskIsDetachedAndAttached(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	vm := p.MustUp(instanceToken, "vm", p.vm(object{"desiredStatus": "RUNNING"}))
	without := object{"desiredStatus": "TERMINATED", "attachedDisks": []any{}}
	_, err := p.Up(instanceToken, "vm", p.vm(without))
	require.ErrorContains(t, err, "stopped machines only")
	p.MustUp(instanceToken, "vm", p.vm(object{"desiredStatus": "TERMINATED"}))
	p.MustUp(instanceToken, "vm", p.vm(without))
	assert.Empty(t, p.machine(t).Disks)

	back := p.MustUp(instanceToken, "vm", p.vm(object{"desiredStatus": "RUNNING"}))
	assert.Equal(t, []cloud.Attachment{{Disk: "db-data", Device: "pgdata"}}, p.machine(t).Disks)
	assert.True(t, p.machine(t).Running, "attached before it starts")
	assert.Equal(t, vm.ID, back.ID)
	assert.Equal(t, cloudtest.Updated, back.Change)

	p.MustUp(instanceToken, "vm", p.vm(object{"desiredStatus": "TERMINATED"}))
	other := p.MustUp(diskToken, "other", object{"name": "other", "size": 10}).ID
	_, err = p.Up(instanceToken, "vm", p.vm(object{"desiredStatus": "TERMINATED", "attachedDisks": []any{object{"source": other}}}))
	require.ErrorContains(t, err, "only to a new machine")
}

func TestFailedInstanceLeavesNothing(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.machines.Lose("db-data") // behind the cloud's back
	_, err := p.Up(instanceToken, "vm", p.vm(nil))
	require.ErrorContains(t, err, "no disk db-data")
	_, err = state.Get[state.Machine](p.store, instanceID)
	require.ErrorIs(t, err, state.ErrNotFound)
	require.NoError(t, p.Destroy("ip"), "the address is free again")
}

func TestInstanceThatIsOnlyOnRecordIsMadeAgain(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	// What is left when the provider is killed before the machine is there.
	require.NoError(t, state.Put(p.store, instanceID, Instance{InstanceArgs: InstanceArgs{
		Name: "db", Zone: "us-east4-a", AttachedDisks: []AttachedDisk{{Source: "db-data"}},
		NetworkInterfaces: []NetworkCard{{AccessConfigs: []AccessConfig{{NatIp: "198.18.32.1"}}}},
	}}))
	p.MustUp(instanceToken, "vm", p.vm(nil))
	require.NoError(t, p.Destroy("vm"))
	require.NoError(t, p.Destroy("ip"))
}

// TestInstanceRefusals has what is refused because the twin doesn't have it.
func TestInstanceRefusals(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	card := func(config object) object {
		return object{"networkInterfaces": []any{with(object{"network": p.Get("network").ID, "subnetwork": p.Get("subnet").ID}, config)}}
	}
	for want, change := range map[string]object{
		"metadataStartupScript: Invalid or unknown key":   {"metadataStartupScript": "#!/bin/sh"},
		`services have the name "services"`:               {"name": "services"},
		"does not have the machine type c3-standard-4":    {"machineType": "c3-standard-4"},
		"does not have the machine type n2-custom-4-512":  {"machineType": "n2-custom-4-512"},
		"does not have the machine type custom-2-4096":    {"machineType": "custom-2-4096"},
		"does not have the machine type h4d-standard-192": {"machineType": "h4d-standard-192"},
		"does not have the machine type n4d-standard-2":   {"machineType": "n4d-standard-2"},
		"the twin's disk types are": {"bootDisk": object{"initializeParams": object{
			"image": "debian-cloud/debian-13", "type": "pd-fast",
		}}},
		"VMs have one network interface, got 2": {"networkInterfaces": []any{object{}, object{}}},
		"expected networkInterfaces[0].accessConfigs[0].networkTier to be one of": card(object{
			"accessConfigs": []any{object{"networkTier": "GOLD"}},
		}),
		"attaches disks READ_WRITE only": {"attachedDisks": []any{object{"source": "db-data", "mode": "READ_ONLY"}}},
	} {
		_, err := p.Up(instanceToken, "refused", p.vm(change))
		assert.ErrorContains(t, err, want)
	}
}
