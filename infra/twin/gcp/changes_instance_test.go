package gcp

import (
	"testing"

	"crosscloud/infra/twin/cloud/cloudtest"
)

func diskChanges(project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "compute_disk",
		Args:   object{"name": "d", "size": 20, "type": "pd-balanced"},
		Changes: []cloudtest.Change{
			cloudtest.Replaces("description", "x"),
			cloudtest.InPlace("labels", object{"part": "database"}),
			cloudtest.Replaces("name", "d2"),
			cloudtest.Replaces("project", elsewhere),
			cloudtest.InPlace("size", 40).When("it grows"),
			cloudtest.Replaces("size", 10).When("it shrinks"),
			cloudtest.Replaces("type", "pd-ssd"),
			cloudtest.Ignored("type", "projects/my-project-123/zones/us-east4-a/diskTypes/pd-balanced").When("it is spelled in another way"),
			cloudtest.Replaces("zone", "us-east4-b"),
		},
	}
}

func instanceChanges(p project) cloudtest.Kind {
	return cloudtest.Kind{
		Source: terraform + "compute_instance",
		Args:   p.vm(nil),
		Boots:  func() int { m, _ := p.machines.Machine("db"); return m.Boots },
		Runs:   func() bool { m, _ := p.machines.Machine("db"); return m.Running },
		Changes: append(stoppingChanges(p), []cloudtest.Change{
			cloudtest.InPlace("allowStoppingForUpdate", false),
			// Google attaches and detaches while the VM runs, too. See TestADiskIsDetachedAndAttached.
			cloudtest.Refused("attachedDisks[*].deviceName", "other", "the twin attaches and detaches disks of stopped machines only"),
			cloudtest.Refused("attachedDisks[*].mode", "READ_ONLY", "the twin attaches disks READ_WRITE only"),
			cloudtest.Ignored("attachedDisks[*].mode", nil).When("it is the default"),
			cloudtest.Refused("attachedDisks[*].source", p.MustUp(diskToken, "data2", object{"name": "d2", "size": 10}).ID,
				"the twin attaches and detaches disks of stopped machines only"),
			cloudtest.Ignored("attachedDisks[*].source", "db-data").When("it is spelled in another way"),
			cloudtest.Refused("bootDisk.autoDelete", false, "the twin deletes a boot disk with its VM"),
			cloudtest.Ignored("bootDisk.autoDelete", true).When("it is the default"),
			alone(cloudtest.Replaces("bootDisk.initializeParams.image", "debian-cloud/"+images[0].name)),
			cloudtest.Ignored("bootDisk.initializeParams.image", "debian-cloud/debian-13").When("it is its family"),
			cloudtest.Ignored("bootDisk.initializeParams.image", "debian-cloud/debian-13").When("it is its family, which has a newer one").
				From("debian-cloud/" + images[0].name),
			alone(cloudtest.Replaces("bootDisk.initializeParams.labels", object{"part": "other"})),
			alone(cloudtest.Replaces("bootDisk.initializeParams.size", 20)),
			alone(cloudtest.Replaces("bootDisk.initializeParams.type", "pd-ssd")),
			cloudtest.InPlace("deletionProtection", true),
			alone(cloudtest.Replaces("description", "x")),
			cloudtest.InPlace("desiredStatus", "TERMINATED").Halts(),
			cloudtest.InPlace("desiredStatus", nil).When("the program says nothing any more"),
			cloudtest.InPlace("labels", object{"part": "other"}),
			cloudtest.InPlace("metadata", object{"crosscloud": `{"revision":"2"}`}),
			alone(cloudtest.Replaces("name", "db2")),
			cloudtest.InPlace("networkInterfaces[*].accessConfigs[*].natIp", p.address("ip2", "PREMIUM")),
			cloudtest.InPlace("networkInterfaces[*].accessConfigs[*].networkTier", "STANDARD").
				And("networkInterfaces[*].accessConfigs[*].natIp", p.address("ip3", "STANDARD")),
			cloudtest.Ignored("networkInterfaces[*].accessConfigs[*].natIp", nil).When("any address would do"),
			cloudtest.Ignored("networkInterfaces[*].network", "db").When("it is spelled in another way"),
			cloudtest.Ignored("networkInterfaces[*].network", nil).When("it is that of the subnet"),
			cloudtest.Ignored("networkInterfaces[*].subnetwork", "db").When("it is spelled in another way"),
			alone(cloudtest.Replaces("project", elsewhere)).With("serviceAccount", nil),
			cloudtest.Ignored("serviceAccount.scopes", []any{"https://www.googleapis.com/auth/cloud-platform"}).When("it is its full name"),
			cloudtest.Ignored("shieldedInstanceConfig.enableIntegrityMonitoring", nil).When("it is the default"),
			cloudtest.Ignored("shieldedInstanceConfig.enableVtpm", nil).When("it is the default"),
			cloudtest.InPlace("tags", []any{"database", "other"}),
			cloudtest.Ignored("tags", []any{"b", "a"}).From([]any{"a", "b"}).When("their order changes"),
			alone(cloudtest.Replaces("zone", "us-east4-b")),
		}...),
	}
}

// stoppingChanges are those that a VM takes only while it is stopped.
func stoppingChanges(p project) []cloudtest.Change {
	subnet := func(name, network, cidr string) string {
		return p.MustUp(subnetToken, name, object{"name": name, "network": p.Get(network).ID, "ipCidrRange": cidr}).ID
	}
	account := p.MustUp(accountToken, "account2", object{"accountId": "other-host"}).Output("email")
	return []cloudtest.Change{
		cloudtest.Stopping("machineType", "e2-medium"),
		cloudtest.Stopping("networkInterfaces[*].network", p.Get("network2").ID).
			And("networkInterfaces[*].subnetwork", subnet("subnet2", "network2", "10.201.0.0/24")),
		cloudtest.Stopping("networkInterfaces[*].subnetwork", subnet("subnet3", "network", "10.202.0.0/24")),
		cloudtest.Stopping("serviceAccount.email", account),
		cloudtest.Stopping("serviceAccount.scopes", []any{"logging-write"}),
		cloudtest.Stopping("shieldedInstanceConfig.enableIntegrityMonitoring", false),
		cloudtest.Stopping("shieldedInstanceConfig.enableSecureBoot", false),
		cloudtest.Stopping("shieldedInstanceConfig.enableVtpm", false),
	}
}

// alone is a change of a VM without what only one VM can have at a time.
func alone(c cloudtest.Change) cloudtest.Change {
	return c.With("attachedDisks", nil).With("networkInterfaces[*].accessConfigs", nil)
}

func (p project) address(name, tier string) any {
	return p.MustUp(addressToken, name, object{"name": name, "networkTier": tier}).Output("address")
}

// TestAVMThatRunsNeedsLeaveToBeStopped has every change that stops a VM, on one that must not be stopped.
func TestAVMThatRunsNeedsLeaveToBeStopped(t *testing.T) {
	t.Parallel()
	cloudtest.TryRefused(t, func(t *testing.T) cloudtest.Kind {
		k := newBench(t).kind(instanceToken, instanceChanges)
		k.Args["allowStoppingForUpdate"] = false
		return k
	}, "Changing the machine_type, min_cpu_platform, service_account, enable_display, shielded_instance_config, "+
		"scheduling.node_affinities or network_interface.[#d].(network/subnetwork/subnetwork_project) or "+
		"advanced_machine_features on a started instance requires stopping it. To acknowledge this, "+
		"please set allow_stopping_for_update = true in your config.")
}
