package database

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/infra/operation"
)

func TestHostIsToldItsKeysAndOperations(t *testing.T) {
	keys := []string{"ssh-ed25519 AAAAC3Nz one@example.org\n", "ssh-ed25519 AAAAC3Nz two@example.org"}
	asked := []operation.Operation{{ID: "restart-1", Kind: "restart"}, {ID: "b", Kind: "restart", Args: map[string]string{"x": "y"}}}
	for name, c := range map[string]struct {
		cidrs []string
		keys  []string
		want  []string
	}{
		"keys and networks": {[]string{"192.0.2.0/24"}, keys, []string{"ssh-ed25519 AAAAC3Nz one@example.org", "ssh-ed25519 AAAAC3Nz two@example.org"}},
		"no keys":           {[]string{"192.0.2.0/24"}, nil, []string{}},
		"no networks":       {nil, keys, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := mustDeploy(t, func(a *Args) {
				a.AdminCIDRs, a.AdminSSHKeys, a.Operations = prefixes(c.cidrs...), c.keys, asked
			})
			told := desiredOf(t, m.Named(t, "db-vm").Plain()["metadata"].(map[string]any)["crosscloud"].(string))
			assert.Equal(t, c.want, told.AdminSSHKeys)
			assert.Equal(t, asked, told.Operations)
			assert.Equal(t, statusBucket, told.StatusBucket)
			assert.Equal(t, "status.json", told.StatusObject)
		})
	}
}
