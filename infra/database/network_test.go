package database

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFirewallAdmitsExactlyTheGivenRanges(t *testing.T) {
	for name, c := range map[string]struct {
		admins        []string
		postgres, ssh []any
	}{
		"the web host alone":       {nil, []any{"198.51.100.7/32"}, nil},
		"and administrators":       {[]string{"203.0.113.64/26", "192.0.2.1/32"}, []any{"198.51.100.7/32", "203.0.113.64/26", "192.0.2.1/32"}, []any{"203.0.113.64/26", "192.0.2.1/32"}},
		"each of them once":        {[]string{"192.0.2.1/32", "192.0.2.1/32"}, []any{"198.51.100.7/32", "192.0.2.1/32"}, []any{"192.0.2.1/32"}},
		"IPv6 networks are no use": {[]string{"2001:db8::/48"}, []any{"198.51.100.7/32"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r, _ := mustDeploy(t, func(a *Args) { a.AdminCIDRs = prefixes(c.admins...) })
			rules := map[string][]any{}
			for name, res := range r.resources {
				if res.token != "gcp:compute/firewall:Firewall" {
					continue
				}
				rules[name] = plain(res.inputs["sourceRanges"]).([]any)
				assert.Equal(t, "INGRESS", plain(res.inputs["direction"]), name)
				assert.Equal(t, []any{"database"}, plain(res.inputs["targetTags"]), name)
				assert.Equal(t, "db-network-id", plain(res.inputs["network"]), name)
			}
			want := map[string][]any{"db-allow-postgres": c.postgres}
			if c.ssh != nil {
				want["db-allow-ssh"] = c.ssh
			}
			assert.Equal(t, want, rules)

			allows := func(port string) []any {
				return []any{map[string]any{"protocol": "tcp", "ports": []any{port}}}
			}
			assert.Equal(t, allows("5432"), plain(r.get(t, "db-allow-postgres").inputs["allows"]))
			if c.ssh != nil {
				assert.Equal(t, allows("22"), plain(r.get(t, "db-allow-ssh").inputs["allows"]))
			}
			assert.Equal(t, []any{"database"}, plain(r.get(t, "db-vm").inputs["tags"]), "the rules are for the VM")
		})
	}
}

func TestNetworkIsItsOwn(t *testing.T) {
	r, _ := mustDeploy(t, nil)
	assert.Equal(t, false, plain(r.get(t, "db-network").inputs["autoCreateSubnetworks"]))
	assert.Equal(t, "db-network-id", plain(r.get(t, "db-subnet").inputs["network"]))
}
