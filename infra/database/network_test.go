package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFirewallAdmitsExactlyTheGivenRanges(t *testing.T) {
	for name, c := range map[string]struct {
		admins, sshFrom []string
		postgres, ssh   []any
	}{
		"the web host alone": {nil, nil, []any{"198.51.100.7/32"}, nil},
		"and administrators": {[]string{"203.0.113.64/26", "192.0.2.1/32"}, nil, []any{"198.51.100.7/32", "203.0.113.64/26", "192.0.2.1/32"}, nil},
		"who may log in":     {[]string{"192.0.2.1/32"}, []string{"192.0.2.1/32"}, []any{"198.51.100.7/32", "192.0.2.1/32"}, []any{"192.0.2.1/32"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := mustDeploy(t, func(a *Args) { a.AdminCIDRs, a.SSHFrom = prefixes(c.admins...), prefixes(c.sshFrom...) })
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
