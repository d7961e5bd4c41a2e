// Package firewall translates declared firewalls and security groups into nftables, to be loaded in a VM's network
// namespace. What no rule opens is dropped, in both directions.
package firewall

import (
	"fmt"
	"net/netip"
	"strings"
)

// The directions of a Rule, seen from the VM.
const (
	Ingress = "ingress"
	Egress  = "egress"
)

// The protocols of a Rule.
const (
	TCP  = "tcp"
	UDP  = "udp"
	ICMP = "icmp" // ICMPv6 for IPv6 peers
	All  = "all"
)

// Rule opens a way through the firewall; there are no rules that close one. A rule without peers opens nothing.
type Rule struct {
	Direction string
	Protocol  string
	Ports     [2]uint16 // first and last, of tcp and udp; 0,0 is every port
	Peers     []netip.Prefix
}

const (
	head = `table inet cloud
delete table inet cloud
table inet cloud {
	# The addresses that the engine's resolver asks; filled by the engine, since no cloud counts DNS as traffic of the VM.
	set resolvers {
		type ipv4_addr
	}
	chain input {
		type filter hook input priority filter; policy drop;
		iifname "lo" accept
		ct state established,related accept
`
	middle = `	}
	chain output {
		type filter hook output priority filter; policy drop;
		oifname "lo" accept
		ct state established,related accept
		ip daddr 169.254.169.254 accept
		ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 accept
`
	tail = `	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
`
)

// Ruleset is the nft script that puts the rules in force. Loading it replaces what an earlier one set, in one
// transaction, and touches no other table: the VM may have its own.
func Ruleset(rules []Rule) string {
	var b strings.Builder
	b.WriteString(head)
	write(&b, rules, Ingress)
	b.WriteString(middle)
	write(&b, rules, Egress)
	b.WriteString(tail)
	return b.String()
}

// Resolvers is the script that lets a VM with a Ruleset reach these name servers; it belongs behind the ruleset, in the
// same file.
func Resolvers(servers []netip.Addr) string {
	var list []string
	for _, s := range servers {
		if s.Is4() {
			list = append(list, s.String())
		}
	}
	if len(list) == 0 {
		return ""
	}
	return fmt.Sprintf("add element inet cloud resolvers { %s }\n", strings.Join(list, ", "))
}

func write(b *strings.Builder, rules []Rule, direction string) {
	for _, r := range rules {
		if r.Direction != direction {
			continue
		}
		var v4, v6 []string
		for _, p := range r.Peers {
			if p.Addr().Is4() {
				v4 = append(v4, p.Masked().String())
			} else {
				v6 = append(v6, p.Masked().String())
			}
		}
		writeFamily(b, r, "ip", v4)
		writeFamily(b, r, "ip6", v6)
	}
}

func writeFamily(b *strings.Builder, r Rule, family string, peers []string) {
	if len(peers) == 0 {
		return
	}
	side := "saddr"
	if r.Direction == Egress {
		side = "daddr"
	}
	what, ok := match(r, family)
	if !ok {
		// A protocol that nobody taught this package opens nothing: closed is the safe mistake.
		fmt.Fprintf(b, "\t\t# unknown protocol %q\n", r.Protocol)
		return
	}
	fmt.Fprintf(b, "\t\t%s %s { %s } %saccept\n", family, side, strings.Join(peers, ", "), what)
}

func match(r Rule, family string) (string, bool) {
	switch r.Protocol {
	case All:
		return "", true
	case ICMP:
		if family == "ip6" {
			return "meta l4proto ipv6-icmp ", true
		}
		return "meta l4proto icmp ", true
	case TCP, UDP:
		switch first, last := r.Ports[0], r.Ports[1]; {
		case first == 0 && last == 0:
			return "meta l4proto " + r.Protocol + " ", true
		case first == last:
			return fmt.Sprintf("%s dport %d ", r.Protocol, first), true
		default:
			return fmt.Sprintf("%s dport %d-%d ", r.Protocol, first, last), true
		}
	}
	return "", false
}
