package gcp

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// SubnetworkArgs are the arguments of gcp:compute/subnetwork:Subnetwork.
type SubnetworkArgs struct {
	Description           string `json:"description,omitempty"`
	IpCidrRange           string `json:"ipCidrRange"`
	Name                  string `json:"name"`
	Network               string `json:"network"`
	PrivateIpGoogleAccess bool   `json:"privateIpGoogleAccess,omitempty"`
	Project               string `json:"project,omitempty"`
	Region                string `json:"region"`
}

// Subnetwork is a range of private addresses in a region. They exist in the twin's state and metadata only.
type Subnetwork struct {
	SubnetworkArgs
	CreationTimestamp string `json:"creationTimestamp"`
	GatewayAddress    string `json:"gatewayAddress"`
	SelfLink          string `json:"selfLink"`
}

func (g *gcp) subnetwork() cloud.Resource {
	return cloud.Kind[SubnetworkArgs, Subnetwork]{
		Token:    "gcp:compute/subnetwork:Subnetwork",
		Required: []string{"ipCidrRange", "network"},
		Autoname: "name",
		Replace:  []string{"description", "name", "network", "project", "region"},
		Alike:    g.alikeSubnetwork,
		Stable:   []string{"creationTimestamp", "gatewayAddress", "selfLink"},
		ReplaceIf: func(old Subnetwork, in SubnetworkArgs) []string {
			// A range can be expanded in place, and nothing else.
			if in.IpCidrRange != "" && !contains(in.IpCidrRange, old.IpCidrRange) {
				return []string{"ipCidrRange"}
			}
			return nil
		},
		Normalize: func(_ string, in SubnetworkArgs) SubnetworkArgs {
			in.Project = g.projectOr(in.Project)
			if in.Region == "" {
				in.Region = g.region
			}
			return in
		},
		Check: func(in SubnetworkArgs) []cloud.Failure {
			var c checks
			c.name("name", in.Name)
			c.region("region", in.Region)
			c.subnetRange("ipCidrRange", in.IpCidrRange)
			return c.failures
		},
		Create: func(_ context.Context, _ string, in SubnetworkArgs) (string, Subnetwork, error) {
			id := "projects/" + in.Project + "/regions/" + in.Region + "/subnetworks/" + in.Name
			out := Subnetwork{
				SubnetworkArgs: in, CreationTimestamp: now(), GatewayAddress: gateway(in.IpCidrRange), SelfLink: selfLink(id),
			}
			return id, out, doing("creating Subnetwork", g.add(in.Project, func() error {
				if err := g.placeSubnet(id, in); err != nil {
					return err
				}
				return create(g, id, out)
			}))
		},
		Read: func(_ context.Context, id string) (Subnetwork, error) { return find[Subnetwork](g, id) },
		Update: func(_ context.Context, id string, old Subnetwork, in SubnetworkArgs) (Subnetwork, error) {
			g.mu.Lock()
			defer g.mu.Unlock()
			if err := g.placeSubnet(id, in); err != nil {
				return Subnetwork{}, doing("updating Subnetwork", err)
			}
			old.SubnetworkArgs = in
			return old, doing("updating Subnetwork", rewrite(g, id, old))
		},
		Delete: func(_ context.Context, id string, old Subnetwork) error {
			return doing("deleting Subnetwork", g.deleteSubnet(id, old))
		},
	}
}

// prohibited are the ranges of https://cloud.google.com/vpc/docs/subnets#prohibited-ipv4-ranges that no subnet may touch.
var prohibited = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("199.36.153.4/30"), netip.MustParsePrefix("199.36.153.8/30"), netip.MustParsePrefix("224.0.0.0/4"),
	netip.MustParsePrefix("255.255.255.255/32"),
}

// subnetRange accepts what https://cloud.google.com/vpc/docs/subnets#ipv4-ranges does. The provider itself only looks
// whether it is a CIDR block at all.
func (c *checks) subnetRange(property, text string) {
	if text == "" {
		return
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		c.add(property, "%q is not a valid IP CIDR range: %v", property, err)
		return
	}
	reason := ""
	switch {
	case p != p.Masked():
		reason = fmt.Sprintf("The range's first address is %s.", p.Masked())
	case !p.Addr().Is4() || p.Bits() < 4 || p.Bits() > 29:
		reason = "A subnet is an IPv4 network from /4 to /29."
	case slices.ContainsFunc(prohibited, p.Overlaps):
		reason = "The range overlaps one that subnets can't have."
	default:
		return
	}
	c.refuse(property, invalidField("resource.ipCidrRange", text, "Invalid IPCidrRange: %s. %s", p, reason))
}

// placeSubnet looks for the network and for subnets in it that the range would overlap.
func (g *gcp) placeSubnet(id string, in SubnetworkArgs) error {
	network := g.global("networks", in.Network)
	if _, err := find[Network](g, network); err != nil {
		return err
	}
	wanted, err := netip.ParsePrefix(in.IpCidrRange)
	if err != nil {
		return invalidField("resource.ipCidrRange", in.IpCidrRange, "%v", err)
	}
	subnets, err := state.List[Subnetwork](g.env.Store)
	if err != nil {
		return err
	}
	for other, subnet := range subnets {
		taken, err := netip.ParsePrefix(subnet.IpCidrRange)
		if err != nil || other == id || g.global("networks", subnet.Network) != network {
			continue
		}
		if taken.Overlaps(wanted) {
			return invalidField("resource.ipCidrRange", in.IpCidrRange, "Invalid IPCidrRange: %s conflicts with existing subnetwork '%s' in region '%s'.",
				wanted, subnet.Name, subnet.Region)
		}
	}
	return nil
}

func (g *gcp) deleteSubnet(id string, old Subnetwork) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	instances, err := state.List[Instance](g.env.Store)
	if err != nil {
		return err
	}
	for user, instance := range instances {
		for _, card := range instance.NetworkInterfaces {
			if g.regional(old.Region, "subnetworks", card.Subnetwork) == id {
				return inUse("subnetwork", id, user)
			}
		}
	}
	return state.Delete[Subnetwork](g.env.Store, id)
}

// contains says whether the outer range has the whole inner one in it.
func contains(outer, inner string) bool {
	o, err1 := netip.ParsePrefix(outer)
	i, err2 := netip.ParsePrefix(inner)
	return err1 == nil && err2 == nil && o.Bits() <= i.Bits() && o.Contains(i.Addr())
}

// gateway is the first address after the network's own, which Google keeps for its router.
func gateway(cidr string) string {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return ""
	}
	return p.Masked().Addr().Next().String()
}
