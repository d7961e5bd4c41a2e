package aws

import (
	"net/netip"
	"slices"

	"crosscloud/infra/twin/firewall"
)

// firewallRules translates the rules of an interface's groups. The twin has no private network: every machine is reached at
// its public address, so a peer is matched by what it really sends from.
func firewallRules(ingress, egress []ruleArgs) []firewall.Rule {
	var rules []firewall.Rule
	for direction, declared := range map[string][]ruleArgs{firewall.Ingress: ingress, firewall.Egress: egress} {
		for _, r := range declared {
			if translated, ok := r.firewall(direction); ok {
				rules = append(rules, translated)
			}
		}
	}
	slices.SortFunc(rules, compareRules)
	return rules
}

// firewall is false for what opens nothing that can be used.
func (in ruleArgs) firewall(direction string) (firewall.Rule, bool) {
	protocol, known := map[string]string{
		"tcp": firewall.TCP, "udp": firewall.UDP, "icmp": firewall.ICMP, "icmpv6": firewall.ICMP, "-1": firewall.All,
	}[in.Protocol]
	peer, err := netip.ParsePrefix(in.CIDRIPv4 + in.CIDRIPv6)
	if !known || err != nil || in.Protocol == "icmp" && !peer.Addr().Is4() || in.Protocol == "icmpv6" && !peer.Addr().Is6() {
		return firewall.Rule{}, false
	}
	r := firewall.Rule{Direction: direction, Protocol: protocol, Peers: []netip.Prefix{peer}}
	if protocol == firewall.TCP || protocol == firewall.UDP {
		from, to := or(in.FromPort, 0), or(in.ToPort, 0)
		if from < 0 || to <= 0 || from > to || to > 65535 {
			return firewall.Rule{}, false // port 0 alone would read as every port
		}
		r.Ports = [2]uint16{uint16(from), uint16(to)}
	}
	return r, true
}
