package gcp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"crosscloud/infra/twin/firewall"
	"crosscloud/infra/twin/state"
)

// allow checks one of a rule's protocols with its ports.
func (c *checks) allow(index int, a FirewallAllow) {
	property, field := fmt.Sprintf("allows[%d]", index), fmt.Sprintf("resource.allowed[%d]", index)
	switch protocol := strings.ToLower(a.Protocol); protocol {
	case "", firewall.TCP, firewall.UDP:
	case firewall.ICMP, firewall.All:
		if len(a.Ports) > 0 {
			c.refuse(property+".ports", invalidField(field+".ports", "", "Ports can't be given for protocol %s.", protocol))
		}
	default:
		if _, err := strconv.ParseUint(protocol, 10, 8); err == nil || slices.Contains([]string{"esp", "ah", "sctp", "ipip"}, protocol) {
			c.add(property+".protocol", "the twin's firewall knows tcp, udp, icmp and all, not %s", protocol)
			break
		}
		c.refuse(property+".protocol", invalidField(field+".IPProtocol", a.Protocol,
			`Must be one of ["ah", "all", "esp", "icmp", "ipip", "sctp", "tcp", "udp"] or an IP protocol number between 0 and 255.`))
	}
	for i, text := range a.Ports {
		if text == "" {
			continue // not known yet
		}
		if _, err := ports(text); err != nil {
			c.refuse(fmt.Sprintf("%s.ports[%d]", property, i), invalidField(fmt.Sprintf("%s.ports[%d]", field, i), text, "%v", err))
		}
	}
}

// ports reads "80" or "8000-8080".
func ports(text string) ([2]uint16, error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	var both [2]uint16
	for i, t := range []string{first, last} {
		n, err := strconv.ParseUint(t, 10, 16)
		if err != nil {
			return both, errors.New("Invalid port range specification.")
		}
		both[i] = uint16(n)
	}
	if both[0] > both[1] {
		return both, errors.New("Invalid port range specification.")
	}
	return both, nil
}

// rulesFor translates the rules of a network for a VM with these network tags. All rules allow, so that priorities
// decide nothing.
func rulesFor(rules []Firewall, tags []string) []firewall.Rule {
	// Google implies a rule that lets everything out.
	all := []firewall.Rule{{
		Direction: firewall.Egress, Protocol: firewall.All, Peers: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")},
	}}
	for _, rule := range rules {
		if rule.Disabled || !targets(rule, tags) {
			continue
		}
		var peers []netip.Prefix
		for _, text := range rule.SourceRanges {
			if p, err := netip.ParsePrefix(text); err == nil { // checked when it came in
				peers = append(peers, p)
			}
		}
		for _, allow := range rule.Allows {
			open := firewall.Rule{Direction: firewall.Ingress, Protocol: strings.ToLower(allow.Protocol), Peers: peers}
			if len(allow.Ports) == 0 {
				all = append(all, open)
			}
			for _, text := range allow.Ports {
				// Port 0, which nothing can listen on, would read as every port.
				if p, err := ports(text); err == nil && p != [2]uint16{} {
					open.Ports = p
					all = append(all, open)
				}
			}
		}
	}
	return all
}

// targets says whether a rule is for a VM with these tags. A rule without targets is for every VM of its network.
func targets(rule Firewall, tags []string) bool {
	return len(rule.TargetTags) == 0 || slices.ContainsFunc(rule.TargetTags, func(t string) bool { return slices.Contains(tags, t) })
}

// ruleset is the firewall of an instance as its machine enforces it.
func (g *gcp) ruleset(instance Instance) (string, error) {
	all, err := state.List[Firewall](g.env.Store)
	if err != nil {
		return "", err
	}
	var rules []Firewall
	for _, id := range slices.Sorted(maps.Keys(all)) {
		if g.global("networks", all[id].Network) == g.networkOf(instance.InstanceArgs) {
			rules = append(rules, all[id])
		}
	}
	return firewall.Ruleset(rulesFor(rules, instance.Tags)), nil
}

// applyFirewalls puts the rules of a network in force on all its machines.
func (g *gcp) applyFirewalls(ctx context.Context, network string) error {
	instances, err := state.List[Instance](g.env.Store)
	if err != nil {
		return err
	}
	var failed []error // the rules of one machine are not to depend on the trouble of another
	for _, instance := range instances {
		if g.networkOf(instance.InstanceArgs) == g.global("networks", network) {
			failed = append(failed, g.applyFirewall(ctx, instance))
		}
	}
	return errors.Join(failed...)
}

// applyFirewall leaves out a machine that is not there: one that is being made looks again when it is.
func (g *gcp) applyFirewall(ctx context.Context, instance Instance) error {
	g.applying.Lock()
	defer g.applying.Unlock()
	status, err := g.env.Machines.Status(ctx, instance.Name)
	if err != nil || !status.Exists {
		return err
	}
	ruleset, err := g.ruleset(instance)
	if err != nil {
		return err
	}
	err = g.env.Machines.SetFirewall(ctx, instance.Name, ruleset)
	if err == nil {
		return nil
	}
	// Whoever stops or deletes the VM at the same time does not wait for its rules.
	switch status, failed := g.env.Machines.Status(ctx, instance.Name); {
	case failed != nil || status.Running:
		return err
	case !status.Exists:
		return nil
	default: // it only has to find them when it boots
		return g.env.Machines.SetFirewall(ctx, instance.Name, ruleset)
	}
}
