package database

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/infra/operation"
)

func TestHostIsToldItsKeysAndOperations(t *testing.T) {
	asked := []operation.Operation{{ID: "restart-1", Kind: "restart"}, {ID: "b", Kind: "restart", Args: map[string]string{"x": "y"}}}
	for name, keys := range map[string][]string{
		"keys":    {"ssh-ed25519 AAAAC3Nz one@example.org", "ssh-ed25519 AAAAC3Nz two@example.org"},
		"no keys": {},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := mustDeploy(t, func(a *Args) { a.AdminSSHKeys, a.Operations = keys, asked })
			told := desiredOf(t, m.Named(t, "db-vm").Plain()["metadata"].(map[string]any)["crosscloud"].(string))
			assert.Equal(t, keys, told.AdminSSHKeys)
			assert.Equal(t, asked, told.Operations)
			assert.Equal(t, statusBucket, told.StatusBucket)
			assert.Equal(t, "status.json", told.StatusObject)
		})
	}
}

// Otherwise the gate would find its revision served before the file system has grown.
func TestALargerDiskIsAnotherDesiredState(t *testing.T) {
	_, small := mustDeploy(t, nil)
	m, large := mustDeploy(t, func(a *Args) { a.DiskGB = 40 })
	assert.NotEqual(t, small.revision, large.revision)
	assert.Equal(t, 40, desiredOf(t, m.Named(t, "db-vm").Plain()["metadata"].(map[string]any)["crosscloud"].(string)).DiskGB)
}
