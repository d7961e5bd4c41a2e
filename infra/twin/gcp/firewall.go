package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// FirewallArgs are the arguments of gcp:compute/firewall:Firewall.
type FirewallArgs struct {
	Allows       []FirewallAllow `json:"allows"`
	Description  string          `json:"description,omitempty"`
	Direction    string          `json:"direction,omitempty"`
	Disabled     bool            `json:"disabled,omitempty"`
	Name         string          `json:"name"`
	Network      string          `json:"network"`
	Priority     *int            `json:"priority,omitempty"`
	Project      string          `json:"project,omitempty"`
	SourceRanges []string        `json:"sourceRanges,omitempty"`
	TargetTags   []string        `json:"targetTags,omitempty"`
}

// FirewallAllow opens ports, or whole protocols.
type FirewallAllow struct {
	Ports    []string `json:"ports,omitempty"`
	Protocol string   `json:"protocol"`
}

// Firewall is one rule. Its network has the two rules that Google implies: nothing in, everything out.
type Firewall struct {
	FirewallArgs
	CreationTimestamp string `json:"creationTimestamp"`
	SelfLink          string `json:"selfLink"`
}

func (g *gcp) firewall() cloud.Resource {
	return cloud.Kind[FirewallArgs, Firewall]{
		Token:    "gcp:compute/firewall:Firewall",
		Required: []string{"allows", "network", "sourceRanges"},
		Autoname: "name",
		Replace:  []string{"direction", "name", "project"},
		Alike:    g.alikeFirewall,
		Stable:   []string{"creationTimestamp", "selfLink"},
		Normalize: func(_ string, in FirewallArgs) FirewallArgs {
			in.Project = g.projectOr(in.Project)
			if in.Direction == "" {
				in.Direction = "INGRESS"
			}
			if in.Priority == nil {
				usual := 1000
				in.Priority = &usual
			}
			return in
		},
		Check: checkFirewall,
		Create: func(ctx context.Context, _ string, in FirewallArgs) (string, Firewall, error) {
			id := "projects/" + in.Project + "/global/firewalls/" + in.Name
			out := Firewall{FirewallArgs: in, CreationTimestamp: now(), SelfLink: selfLink(id)}
			err := g.add(in.Project, func() error {
				if _, err := find[Network](g, g.global("networks", in.Network)); err != nil {
					return err
				}
				if err := allRangesGiven(in); err != nil {
					return err
				}
				return create(g, id, out)
			})
			if err == nil {
				if err = g.applyFirewalls(ctx, in.Network); err != nil {
					// Pulumi never hears of this rule, so it must not stay open, nor keep its network in use.
					err = errors.Join(err, state.Delete[Firewall](g.env.Store, id), g.applyFirewalls(context.WithoutCancel(ctx), in.Network))
				}
			}
			return id, out, doing("creating Firewall", err)
		},
		Read: func(_ context.Context, id string) (Firewall, error) { return find[Firewall](g, id) },
		Update: func(ctx context.Context, id string, old Firewall, in FirewallArgs) (Firewall, error) {
			// The provider takes the network for one that it can change, and the API does not:
			// https://cloud.google.com/firewall/docs/using-firewalls#updating_firewall_rules
			if g.global("networks", old.Network) != g.global("networks", in.Network) {
				return Firewall{}, doing("updating Firewall", invalidField("resource.network", in.Network,
					"The network of a firewall rule can't be changed."))
			}
			old.FirewallArgs = in
			if err := allRangesGiven(in); err != nil {
				return Firewall{}, doing("updating Firewall", err)
			}
			if err := rewrite(g, id, old); err != nil {
				return Firewall{}, doing("updating Firewall", err)
			}
			return old, doing("updating Firewall", g.applyFirewalls(ctx, in.Network))
		},
		Delete: func(ctx context.Context, id string, _ Firewall) error {
			return doing("deleting Firewall", g.deleteFirewall(ctx, id))
		},
	}
}

// deleteFirewall closes what the rule opened before it forgets the rule: where that fails, it can be done again.
func (g *gcp) deleteFirewall(ctx context.Context, id string) error {
	rule, err := find[Firewall](g, id)
	if err != nil {
		return err
	}
	rule.Disabled = true
	if err := rewrite(g, id, rule); err != nil {
		return err
	}
	if err := g.applyFirewalls(ctx, rule.Network); err != nil {
		return err
	}
	return state.Delete[Firewall](g.env.Store, id)
}

// allRangesGiven is for the calls, which get no unknown value: there an empty range is wrong, too.
func allRangesGiven(in FirewallArgs) error {
	if i := slices.Index(in.SourceRanges, ""); i >= 0 {
		return noRange(fmt.Sprintf("resource.sourceRanges[%d]", i), "")
	}
	return nil
}

func checkFirewall(in FirewallArgs) []cloud.Failure {
	var c checks
	c.name("name", in.Name)
	c.oneOf("direction", in.Direction, "INGRESS", "EGRESS")
	if in.Direction == "EGRESS" {
		c.add("direction", "the twin has no egress rules: Google implies one that allows everything")
	}
	if p := in.Priority; p != nil && (*p < 0 || *p > 65535) {
		c.add("priority", "expected priority to be in the range (0 - 65535), got %d", *p)
	}
	// Nil is not known yet, and absence is refused by Required.
	if in.Allows != nil && len(in.Allows) == 0 {
		c.add("allows", `one of "allows" and "denies" must be specified`)
	}
	for i, allow := range in.Allows {
		c.allow(i, allow)
	}
	if in.SourceRanges != nil && len(in.SourceRanges) == 0 {
		c.add("sourceRanges", "one of source_tags, source_ranges, or source_service_accounts must be defined")
	}
	families := map[bool]string{}
	for i, text := range in.SourceRanges {
		property := fmt.Sprintf("sourceRanges[%d]", i)
		c.sourceRange(property, "resource."+property, text)
		if p, err := netip.ParsePrefix(text); err == nil {
			families[p.Addr().Is4()] = property
		}
	}
	if len(families) > 1 {
		c.refuse("sourceRanges", invalidField("resource.sourceRanges", "", "IPv4 and IPv6 ranges can't be mixed in one rule."))
	}
	for i, tag := range in.TargetTags {
		c.apiName(fmt.Sprintf("targetTags[%d]", i), fmt.Sprintf("resource.targetTags[%d]", i), tag)
	}
	return c.failures
}
