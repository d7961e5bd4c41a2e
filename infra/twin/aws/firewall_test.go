package aws

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/infra/twin/firewall"
)

func port(p int) *int { return &p }

func TestRulesBecomeFirewallRules(t *testing.T) {
	all := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	for name, test := range map[string]struct {
		declared ruleArgs
		want     []firewall.Rule
	}{
		"one port":       {ruleArgs{Protocol: "tcp", FromPort: port(443), ToPort: port(443), CIDRIPv4: "0.0.0.0/0"}, []firewall.Rule{{Direction: "ingress", Protocol: "tcp", Ports: [2]uint16{443, 443}, Peers: all}}},
		"range":          {ruleArgs{Protocol: "udp", FromPort: port(0), ToPort: port(65535), CIDRIPv4: "0.0.0.0/0"}, []firewall.Rule{{Direction: "ingress", Protocol: "udp", Ports: [2]uint16{0, 65535}, Peers: all}}},
		"everything":     {ruleArgs{Protocol: "-1", CIDRIPv4: "0.0.0.0/0"}, []firewall.Rule{{Direction: "ingress", Protocol: "all", Peers: all}}},
		"icmp":           {ruleArgs{Protocol: "icmp", FromPort: port(-1), ToPort: port(-1), CIDRIPv4: "0.0.0.0/0"}, []firewall.Rule{{Direction: "ingress", Protocol: "icmp", Peers: all}}},
		"of IPv6":        {ruleArgs{Protocol: "tcp", FromPort: port(22), ToPort: port(22), CIDRIPv6: "2001:db8::/32"}, []firewall.Rule{{Direction: "ingress", Protocol: "tcp", Ports: [2]uint16{22, 22}, Peers: []netip.Prefix{netip.MustParsePrefix("2001:db8::/32")}}}},
		"port 0 alone":   {ruleArgs{Protocol: "tcp", FromPort: port(0), ToPort: port(0), CIDRIPv4: "0.0.0.0/0"}, nil},
		"wrong icmp":     {ruleArgs{Protocol: "icmpv6", CIDRIPv4: "0.0.0.0/0"}, nil},
		"what is not":    {ruleArgs{Protocol: "gre", CIDRIPv4: "0.0.0.0/0"}, nil},
		"without a peer": {ruleArgs{Protocol: "-1"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, firewallRules([]ruleArgs{test.declared}, nil))
		})
	}
	open := func(p int) ruleArgs {
		return ruleArgs{Protocol: "tcp", FromPort: port(p), ToPort: port(p), CIDRIPv4: "0.0.0.0/0"}
	}
	assert.Equal(t, firewallRules([]ruleArgs{open(443), open(80)}, []ruleArgs{open(53)}), firewallRules([]ruleArgs{open(80), open(443)}, []ruleArgs{open(53)}),
		"the order of declaration makes no difference")
}
