package gcp

import (
	"context"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// NetworkArgs are the arguments of gcp:compute/network:Network.
type NetworkArgs struct {
	AutoCreateSubnetworks *bool  `json:"autoCreateSubnetworks,omitempty"`
	Description           string `json:"description,omitempty"`
	Name                  string `json:"name"`
	Project               string `json:"project,omitempty"`
	RoutingMode           string `json:"routingMode,omitempty"`
}

// Network is a VPC network. Nothing is made real of it: which VM talks to which is up to the firewall rules.
type Network struct {
	NetworkArgs
	NumericId string `json:"numericId"`
	SelfLink  string `json:"selfLink"`
}

func (g *gcp) network() cloud.Resource {
	return cloud.Kind[NetworkArgs, Network]{
		Token:    "gcp:compute/network:Network",
		Autoname: "name",
		Replace:  []string{"autoCreateSubnetworks", "description", "name", "project"},
		Stable:   []string{"numericId", "selfLink"},
		Normalize: func(_ string, in NetworkArgs) NetworkArgs {
			in.Project = g.projectOr(in.Project)
			if in.AutoCreateSubnetworks == nil {
				yes := true
				in.AutoCreateSubnetworks = &yes
			}
			if in.RoutingMode == "" {
				in.RoutingMode = "REGIONAL"
			}
			return in
		},
		Check: func(in NetworkArgs) []cloud.Failure {
			var c checks
			c.name("name", in.Name)
			c.oneOf("routingMode", in.RoutingMode, "REGIONAL", "GLOBAL")
			if in.AutoCreateSubnetworks != nil && *in.AutoCreateSubnetworks {
				c.add("autoCreateSubnetworks", "the twin has no automatic subnets: set autoCreateSubnetworks to false")
			}
			return c.failures
		},
		Create: func(_ context.Context, _ string, in NetworkArgs) (string, Network, error) {
			id := "projects/" + in.Project + "/global/networks/" + in.Name
			out := Network{NetworkArgs: in, NumericId: state.NumericID(id), SelfLink: selfLink(id)}
			return id, out, doing("creating Network", g.add(in.Project, func() error { return create(g, id, out) }))
		},
		Read: func(_ context.Context, id string) (Network, error) { return find[Network](g, id) },
		Update: func(_ context.Context, id string, old Network, in NetworkArgs) (Network, error) {
			old.NetworkArgs = in
			return old, doing("updating Network", rewrite(g, id, old))
		},
		Delete: func(_ context.Context, id string, _ Network) error {
			return doing("deleting Network", g.deleteNetwork(id))
		},
	}
}

func (g *gcp) deleteNetwork(id string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	subnets, err := state.List[Subnetwork](g.env.Store)
	if err != nil {
		return err
	}
	for user, subnet := range subnets {
		if g.global("networks", subnet.Network) == id {
			return inUse("network", id, user)
		}
	}
	rules, err := state.List[Firewall](g.env.Store)
	if err != nil {
		return err
	}
	for user, rule := range rules {
		if g.global("networks", rule.Network) == id {
			return inUse("network", id, user)
		}
	}
	return state.Delete[Network](g.env.Store, id)
}
