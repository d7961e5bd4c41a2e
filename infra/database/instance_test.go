package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestInstance(t *testing.T) {
	r, _ := mustDeploy(t, nil)
	vm := r.get(t, "db-vm")
	assert.True(t, vm.options.deleteBeforeReplace, "address and disk are exclusive")
	for name, want := range map[string]any{
		"desiredStatus":          "RUNNING",
		"machineType":            "e2-small",
		"zone":                   "us-east4-a",
		"allowStoppingForUpdate": true,
		"shieldedInstanceConfig": map[string]any{"enableSecureBoot": true, "enableVtpm": true, "enableIntegrityMonitoring": true},
		"attachedDisks": []any{map[string]any{
			"source": "projects/p/zones/us-east4-a/disks/crosscloud-prod-db-data", "deviceName": "pgdata", "mode": "READ_WRITE",
		}},
		"networkInterfaces": []any{map[string]any{
			"network": "db-network-id", "subnetwork": "db-subnet-id",
			"accessConfigs": []any{map[string]any{"natIp": databaseAddress, "networkTier": "PREMIUM"}},
		}},
		"serviceAccount": map[string]any{"email": "crosscloud-prod-db@p.iam.gserviceaccount.com", "scopes": []any{"cloud-platform"}},
	} {
		assert.Equal(t, want, plain(vm.inputs[key(name)]), name)
	}
	assert.NotContains(t, vm.inputs, key("metadataStartupScript"), "its changes replace the VM")
}

func TestImageIsTheFamilysNewestAndThenKept(t *testing.T) {
	image := func(r *recorder) any {
		return plain(r.get(t, "db-vm").inputs["bootDisk"]).(map[string]any)["initializeParams"].(map[string]any)["image"]
	}
	r, _ := mustDeploy(t, nil)
	require.Len(t, r.looked, 1)
	assert.Equal(t, "gcp:compute/getImage:getImage", r.looked[0].Token)
	assert.Equal(t, map[string]any{"family": "debian-13", "project": "debian-cloud"}, r.looked[0].Args.Mappable())
	assert.Equal(t, "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-13-trixie-v20260101", image(r))
	assert.Equal(t, []string{"bootDisk.initializeParams.image"}, r.get(t, "db-vm").options.ignoreChanges)

	const exact = "projects/debian-cloud/global/images/debian-13-trixie-v20251111"
	r, _ = mustDeploy(t, func(a *Args) { a.Image = exact })
	assert.Empty(t, r.looked)
	assert.Equal(t, exact, image(r))
	assert.Empty(t, r.get(t, "db-vm").options.ignoreChanges, "a named image is applied")
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
			r, _ := mustDeploy(t, func(a *Args) { a.AdminCIDRs, a.AdminSSHKeys = prefixes(c.cidrs...), c.keys })
			metadata := plain(r.get(t, "db-vm").inputs["metadata"]).(map[string]any)
			assert.Equal(t, c.want, metadata["ssh-keys"])
			assert.Equal(t, "TRUE", metadata["block-project-ssh-keys"])
			assert.Equal(t, "FALSE", metadata["enable-oslogin"])
		})
	}
}
