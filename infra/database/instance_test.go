package database

import (
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

func TestSSHKeysAreInMetadataOnlyWithTheRule(t *testing.T) {
	keys := []string{"ssh-ed25519 AAAAC3Nz one@example.org\n", "ssh-ed25519 AAAAC3Nz two@example.org"}
	for name, c := range map[string]struct {
		cidrs []string
		keys  []string
		want  any
	}{
		"both":       {[]string{"192.0.2.0/24"}, keys, "admin:ssh-ed25519 AAAAC3Nz one@example.org\nadmin:ssh-ed25519 AAAAC3Nz two@example.org"},
		"no keys":    {[]string{"192.0.2.0/24"}, nil, nil},
		"no network": {nil, keys, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := mustDeploy(t, func(a *Args) { a.AdminCIDRs, a.AdminSSHKeys = prefixes(c.cidrs...), c.keys })
			metadata := m.Named(t, "db-vm").Plain()["metadata"].(map[string]any)
			assert.Equal(t, c.want, metadata["ssh-keys"])
			assert.Equal(t, "TRUE", metadata["block-project-ssh-keys"])
			assert.Equal(t, "FALSE", metadata["enable-oslogin"])
		})
	}
}
