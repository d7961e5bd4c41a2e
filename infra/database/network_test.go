package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFirewallAdmitsExactlyTheGivenRanges(t *testing.T) {
	key := []string{"ssh-ed25519 AAAAC3Nz one@example.org"}
	for name, c := range map[string]struct {
		admins, keys  []string
		postgres, ssh []any
	}{
		"the web host alone":       {nil, key, []any{"198.51.100.7/32"}, nil},
		"and administrators":       {[]string{"203.0.113.64/26", "192.0.2.1/32"}, key, []any{"198.51.100.7/32", "203.0.113.64/26", "192.0.2.1/32"}, []any{"203.0.113.64/26", "192.0.2.1/32"}},
		"who have no keys":         {[]string{"192.0.2.1/32"}, nil, []any{"198.51.100.7/32", "192.0.2.1/32"}, nil},
		"each of them once":        {[]string{"192.0.2.1/32", "192.0.2.1/32"}, key, []any{"198.51.100.7/32", "192.0.2.1/32"}, []any{"192.0.2.1/32"}},
		"IPv6 networks are no use": {[]string{"2001:db8::/48"}, key, []any{"198.51.100.7/32"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := mustDeploy(t, func(a *Args) { a.AdminCIDRs, a.AdminSSHKeys = prefixes(c.admins...), c.keys })
			rules := map[string][]any{}
			for _, res := range m.Resources() {
				if res.Token != "gcp:compute/firewall:Firewall" {
					continue
				}
				rules[res.Name] = res.Plain()["sourceRanges"].([]any)
				assert.Equal(t, "INGRESS", res.Plain()["direction"], res.Name)
				assert.Equal(t, []any{"database"}, res.Plain()["targetTags"], res.Name)
				assert.Equal(t, "db-network-id", res.Plain()["network"], res.Name)
			}
			want := map[string][]any{"db-allow-postgres": c.postgres}
			if c.ssh != nil {
				want["db-allow-ssh"] = c.ssh
			}
			assert.Equal(t, want, rules)

			allows := func(port string) []any {
				return []any{map[string]any{"protocol": "tcp", "ports": []any{port}}}
			}
			assert.Equal(t, allows("5432"), m.Named(t, "db-allow-postgres").Plain()["allows"])
			if c.ssh != nil {
				assert.Equal(t, allows("22"), m.Named(t, "db-allow-ssh").Plain()["allows"])
			}
			assert.Equal(t, []any{"database"}, m.Named(t, "db-vm").Plain()["tags"], "the rules are for the VM")
		})
	}
}

func TestNetworkIsItsOwn(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	assert.Equal(t, false, m.Named(t, "db-network").Plain()["autoCreateSubnetworks"])
	assert.Equal(t, "db-network-id", m.Named(t, "db-subnet").Plain()["network"])
}
