package gcp

import (
	"maps"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

const (
	serviceToken  = "gcp:projects/service:Service"
	networkToken  = "gcp:compute/network:Network"
	subnetToken   = "gcp:compute/subnetwork:Subnetwork"
	addressToken  = "gcp:compute/address:Address"
	firewallToken = "gcp:compute/firewall:Firewall"
	diskToken     = "gcp:compute/disk:Disk"
	instanceToken = "gcp:compute/instance:Instance"
	accountToken  = "gcp:serviceaccount/account:Account"
	secretToken   = "gcp:secretmanager/secret:Secret"
	versionToken  = "gcp:secretmanager/secretVersion:SecretVersion"
	readerToken   = "gcp:secretmanager/secretIamMember:SecretIamMember"

	instanceID = "projects/my-project-123/zones/us-east4-a/instances/db"
	email      = "db-host@my-project-123.iam.gserviceaccount.com"
)

type object = map[string]any

// replicas is the replication of a secret as the program has it.
var replicas = object{"userManaged": object{"replicas": []any{object{"location": "us-east4"}}}}

// project is a stack in a project of its own, on machines that only remember.
type project struct {
	*cloudtest.Stack
	machines *cloudtest.Machines
	store    *state.Store
}

func newProject(t *testing.T) project {
	t.Helper()
	machines := cloudtest.NewMachines()
	return newProjectOn(t, machines, machines)
}

// newProjectOn works on an engine that is a form of machines.
func newProjectOn(t *testing.T, engine cloud.Machines, machines *cloudtest.Machines) project {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "test")
	p := project{machines: machines, store: state.Open(filepath.Join(dir, "state"))}
	p.Stack = cloudtest.New(t, Provider(cloud.Env{
		Store: p.store, Machines: engine, Dir: dir,
		Subnet: netip.MustParsePrefix("198.18.0.0/16"), Hosts: []string{"secretmanager.googleapis.com"},
	}), map[string]string{"project": "my-project-123", "region": "us-east4", "zone": "us-east4-a"})
	return p
}

// enable turns on every API that the tests need.
func (p project) enable() { p.enableIn("my-project-123", "") }

func (p project) enableIn(project, suffix string) {
	p.operatorEnables(project)
	for _, api := range []string{"compute", "iam", "secretmanager"} {
		p.MustUp(serviceToken, api+suffix, object{"service": api + ".googleapis.com", "project": project, "disableOnDestroy": false})
	}
}

// operatorEnables is what has to be done before Pulumi can do anything: gcloud services enable.
func (p project) operatorEnables(project string) {
	id := project + "/cloudresourcemanager.googleapis.com"
	if err := state.Put(p.store, id, Service{ServiceArgs{Project: project, Service: "cloudresourcemanager.googleapis.com"}}); err != nil {
		panic(err)
	}
}

// needs makes what a VM needs: a network with a rule, an address, a disk and an account.
func (p project) needs() {
	p.enable()
	p.MustUp(networkToken, "network", object{"name": "db", "autoCreateSubnetworks": false})
	p.MustUp(subnetToken, "subnet", object{
		"name": "db", "network": p.Get("network").ID, "ipCidrRange": "10.164.32.0/24", "region": "us-east4",
	})
	p.MustUp(firewallToken, "postgres", p.rule())
	p.MustUp(addressToken, "ip", object{"name": "db-ip", "region": "us-east4", "labels": object{"part": "database"}})
	p.MustUp(diskToken, "data", object{"name": "db-data", "size": 10, "type": "pd-balanced"})
	p.MustUp(accountToken, "host", object{"accountId": "db-host", "displayName": "Database host"})
}

func (p project) rule() object {
	return object{
		"name": "db-postgres", "network": p.Get("network").ID, "sourceRanges": []any{"198.18.16.1/32", "203.0.113.0/24"},
		"allows":     []any{object{"protocol": "tcp", "ports": []any{"5432"}}},
		"targetTags": []any{"database"},
	}
}

// vm has the arguments of a VM as the program gives them, with changes.
func (p project) vm(changes object) object {
	args := object{
		"name": "db", "zone": "us-east4-a", "machineType": "e2-small", "description": "Database host",
		"bootDisk": object{"initializeParams": object{
			"image": "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-13-trixie-v20260210",
			"size":  10, "type": "pd-balanced", "labels": object{"part": "database"},
		}},
		"attachedDisks": []any{object{"source": p.Get("data").ID, "deviceName": "pgdata", "mode": "READ_WRITE"}},
		"networkInterfaces": []any{object{
			"network": p.Get("network").ID, "subnetwork": p.Get("subnet").ID,
			"accessConfigs": []any{object{"natIp": p.Get("ip").Output("address"), "networkTier": "PREMIUM"}},
		}},
		"metadata":       object{"startup-script": "#!/bin/sh\n", "crosscloud": "{}"},
		"serviceAccount": object{"email": email, "scopes": []any{"cloud-platform"}},
		"shieldedInstanceConfig": object{
			"enableSecureBoot": true, "enableVtpm": true, "enableIntegrityMonitoring": true,
		},
		"tags": []any{"database"}, "labels": object{"part": "database"},
		"desiredStatus": "RUNNING", "allowStoppingForUpdate": true,
	}
	maps.Copy(args, changes)
	return args
}

func (p project) machine(t *testing.T) cloudtest.Machine {
	t.Helper()
	m, ok := p.machines.Machine("db")
	require.True(t, ok, "there is no machine")
	return m
}

func (p project) record(t *testing.T) state.Machine {
	t.Helper()
	m, err := state.Get[state.Machine](p.store, instanceID)
	require.NoError(t, err)
	return m
}
