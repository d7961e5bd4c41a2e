package firewall

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files")

func prefixes(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range list {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

// cases are rulesets with golden files of the same names.
var cases = map[string][]Rule{
	"closed": nil,
	"web": {
		{Direction: Ingress, Protocol: TCP, Ports: [2]uint16{443, 443}, Peers: prefixes("0.0.0.0/0", "::/0")},
		{Direction: Ingress, Protocol: TCP, Ports: [2]uint16{22, 22}, Peers: prefixes("192.0.2.7/24", "203.0.113.9/32")},
		{Direction: Egress, Protocol: UDP, Ports: [2]uint16{123, 123}, Peers: prefixes("0.0.0.0/0")},
		{Direction: Egress, Protocol: TCP, Ports: [2]uint16{5432, 5432}, Peers: prefixes("198.18.32.1/32")},
	},
	"ranges": {
		{Direction: Ingress, Protocol: TCP, Ports: [2]uint16{8000, 8010}, Peers: prefixes("192.0.2.0/24")},
		{Direction: Ingress, Protocol: UDP, Peers: prefixes("192.0.2.0/24")},
		{Direction: Ingress, Protocol: ICMP, Peers: prefixes("0.0.0.0/0", "::/0")},
		{Direction: Egress, Protocol: All, Peers: prefixes("0.0.0.0/0", "::/0")},
		{Direction: Ingress, Protocol: TCP, Ports: [2]uint16{9, 9}},
		{Direction: Ingress, Protocol: "sctp", Peers: prefixes("192.0.2.0/24")},
	},
}

func TestRulesetIsGolden(t *testing.T) {
	for name, rules := range cases {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join("testdata", name+".nft")
			got := Ruleset(rules) + Resolvers([]netip.Addr{netip.MustParseAddr("192.0.2.53"), netip.MustParseAddr("2001:db8::53")})
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err, "run go test ./infra/twin/firewall -update and read what it wrote")
			assert.Equal(t, string(want), got)
		})
	}
}

func TestResolversOfAnotherFamilyNeedNoRule(t *testing.T) {
	assert.Empty(t, Resolvers([]netip.Addr{netip.MustParseAddr("2001:db8::53")}))
}
