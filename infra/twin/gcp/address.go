package gcp

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// AddressArgs are the arguments of gcp:compute/address:Address.
type AddressArgs struct {
	AddressType string            `json:"addressType,omitempty"`
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Name        string            `json:"name"`
	NetworkTier string            `json:"networkTier,omitempty"`
	Project     string            `json:"project,omitempty"`
	Region      string            `json:"region"`
}

// Address is a reserved external IPv4 address of the twin.
type Address struct {
	AddressArgs
	labelOutputs
	Address           string   `json:"address"`
	CreationTimestamp string   `json:"creationTimestamp"`
	SelfLink          string   `json:"selfLink"`
	Users             []string `json:"users"`
}

func (g *gcp) address() cloud.Resource {
	return cloud.Kind[AddressArgs, Address]{
		Token:    "gcp:compute/address:Address",
		Autoname: "name",
		Replace:  []string{"addressType", "description", "name", "networkTier", "project", "region"},
		Secret:   secretLabels,
		Stable:   []string{"address", "creationTimestamp", "selfLink", "users"},
		Normalize: func(_ string, in AddressArgs) AddressArgs {
			in.Project = g.projectOr(in.Project)
			if in.Region == "" {
				in.Region = g.region
			}
			if in.AddressType == "" {
				in.AddressType = "EXTERNAL"
			}
			if in.NetworkTier == "" {
				in.NetworkTier = "PREMIUM"
			}
			return in
		},
		Check: func(in AddressArgs) []cloud.Failure {
			var c checks
			c.name("name", in.Name)
			c.region("region", in.Region)
			c.oneOf("addressType", in.AddressType, "EXTERNAL", "INTERNAL")
			if in.AddressType == "INTERNAL" {
				c.add("addressType", "the twin reserves EXTERNAL addresses only")
			}
			c.oneOf("networkTier", in.NetworkTier, "PREMIUM", "STANDARD")
			c.labels("labels", in.Labels)
			return c.failures
		},
		Create: func(_ context.Context, _ string, in AddressArgs) (id string, out Address, err error) {
			id = "projects/" + in.Project + "/regions/" + in.Region + "/addresses/" + in.Name
			out = Address{AddressArgs: in, labelOutputs: labelled(in.Labels), CreationTimestamp: now(), SelfLink: selfLink(id)}
			err = g.add(in.Project, func() error {
				address, err := g.freeAddress()
				if err != nil {
					return err
				}
				out.Address = address.String()
				return create(g, id, out)
			})
			return id, out, doing("creating Address", err)
		},
		Read: func(_ context.Context, id string) (Address, error) {
			out, err := find[Address](g, id)
			if err != nil {
				return Address{}, err
			}
			user, err := g.addressUser(out.Address)
			if user != "" {
				out.Users = []string{selfLink(user)}
			}
			return out, err
		},
		Update: func(_ context.Context, id string, old Address, in AddressArgs) (Address, error) {
			old.AddressArgs, old.labelOutputs = in, labelled(in.Labels)
			return old, doing("updating Address", rewrite(g, id, old))
		},
		Delete: func(_ context.Context, id string, old Address) error {
			return doing("deleting Address", g.deleteAddress(id, old.Address))
		},
	}
}

// addressRange is the part of the twin's network that Google's external addresses come from: x.y.32.0/20.
func (g *gcp) addressRange() netip.Prefix {
	base := g.env.Subnet.Masked().Addr().As4()
	base[2] = 32
	return netip.PrefixFrom(netip.AddrFrom4(base), 20)
}

// freeAddress finds an address that nobody has reserved and no VM uses.
func (g *gcp) freeAddress() (netip.Addr, error) {
	addresses, err := state.List[Address](g.env.Store)
	if err != nil {
		return netip.Addr{}, err
	}
	machines, err := state.List[state.Machine](g.env.Store)
	if err != nil {
		return netip.Addr{}, err
	}
	var taken []string
	for _, a := range addresses {
		taken = append(taken, a.Address)
	}
	for _, m := range machines {
		taken = append(taken, m.Address)
	}
	all := g.addressRange()
	// Networks are often cut into /24s, whose first and last addresses some software takes for special.
	for a := all.Addr().Next(); all.Contains(a); a = a.Next() {
		if last := a.As4()[3]; last != 0 && last != 255 && !slices.Contains(taken, a.String()) {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("no address is left in %s", all)
}

// addressUser returns the id of the instance that an external address leads to, or "".
func (g *gcp) addressUser(address string) (string, error) {
	instances, err := state.List[Instance](g.env.Store)
	if err != nil {
		return "", err
	}
	for id, instance := range instances {
		if instance.natIP() == address {
			return id, nil
		}
	}
	return "", nil
}

// deleteAddress refuses what Google may do: its documentation does not say whether an address that a VM uses can be released.
func (g *gcp) deleteAddress(id, address string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	user, err := g.addressUser(address)
	if err != nil {
		return err
	}
	if user != "" {
		return fmt.Errorf("%s uses the address %s: the twin does not release it before the VM has given it up, though Google may", user, address)
	}
	return state.Delete[Address](g.env.Store, id)
}
