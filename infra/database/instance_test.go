package database

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"

	"crosscloud/infra/monitortest"
)

func TestInstance(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	vm := m.Named(t, "db-vm")
	assert.True(t, vm.Options.GetDeleteBeforeReplace(), "address and disk are exclusive")
	for name, want := range map[string]any{
		"desiredStatus":          "RUNNING",
		"machineType":            "e2-small",
		"zone":                   "us-east4-a",
		"allowStoppingForUpdate": true,
		"shieldedInstanceConfig": map[string]any{"enableSecureBoot": true, "enableVtpm": true, "enableIntegrityMonitoring": true},
		"attachedDisks": []any{map[string]any{
			"source": "projects/p/zones/us-east4-a/disks/crosscloud-test-db-data", "deviceName": "pgdata", "mode": "READ_WRITE",
		}},
		"networkInterfaces": []any{map[string]any{
			"network": "db-network-id", "subnetwork": "db-subnet-id",
			"accessConfigs": []any{map[string]any{"natIp": databaseAddress, "networkTier": "PREMIUM"}},
		}},
		"serviceAccount": map[string]any{"email": "crosscloud-test-db@p.iam.gserviceaccount.com", "scopes": []any{"cloud-platform"}},
	} {
		assert.Equal(t, want, vm.Plain()[name], name)
	}
	assert.NotContains(t, vm.Inputs, resource.PropertyKey("metadataStartupScript"), "its changes replace the VM")
}

func TestImageIsTheFamilysNewestAndThenKept(t *testing.T) {
	image := func(m *monitortest.Monitor) any {
		return m.Named(t, "db-vm").Plain()["bootDisk"].(map[string]any)["initializeParams"].(map[string]any)["image"]
	}
	m, _ := mustDeploy(t, nil)
	assert.Equal(t, newestDebian, image(m))
	assert.Equal(t, []string{"bootDisk.initializeParams.labels", "bootDisk.initializeParams.image"}, m.Named(t, "db-vm").Options.GetIgnoreChanges())

	const exact = "projects/debian-cloud/global/images/debian-13-trixie-v20251111"
	m, _ = mustDeploy(t, func(a *Args) { a.Image = exact })
	assert.Equal(t, exact, image(m))
	assert.NotContains(t, m.Named(t, "db-vm").Options.GetIgnoreChanges(), "bootDisk.initializeParams.image", "a named image is applied")
}

func TestNobodyButTheStackNamesSSHKeys(t *testing.T) {
	m, _ := mustDeploy(t, func(a *Args) {
		a.SSHFrom, a.AdminSSHKeys = prefixes("192.0.2.0/24"), []string{"ssh-ed25519 AAAAC3Nz one@example.org"}
	})
	metadata := m.Named(t, "db-vm").Plain()["metadata"].(map[string]any)
	assert.NotContains(t, metadata, "ssh-keys", "they are part of the desired state, and would stay beside it")
	assert.Equal(t, "TRUE", metadata["block-project-ssh-keys"])
	assert.Equal(t, "FALSE", metadata["enable-oslogin"])
}

func TestHostExistsAfterWhatItNeeds(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	var needs []string
	for _, urn := range m.Named(t, "db-vm").Options.GetDependencies() {
		needs = append(needs, urn[strings.LastIndex(urn, "::")+2:])
	}
	assert.Subset(t, needs, []string{"db-server-key-reader", "db-status-writer", "db-status-document"})
}
