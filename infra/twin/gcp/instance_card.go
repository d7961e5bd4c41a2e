package gcp

import (
	"cmp"
	"fmt"
	"net/http"
	"net/netip"

	"crosscloud/infra/twin/state"
)

// placeCard gives the VM its private and its external address.
func (g *gcp) placeCard(id string, in InstanceArgs, m *state.Machine) error {
	card := in.card()
	if card.Subnetwork == "" {
		return invalidField("resource.networkInterfaces[0]", "", "Subnetwork should be specified for custom subnetmode network")
	}
	subnetID := g.regional(m.Region, "subnetworks", card.Subnetwork)
	subnet, err := find[Subnetwork](g, subnetID)
	if err != nil {
		return err
	}
	if subnet.Region != m.Region {
		return invalidField("resource.networkInterfaces[0].subnetwork", selfLink(subnetID),
			"Subnetwork is in region '%s', the instance in region '%s'.", subnet.Region, m.Region)
	}
	network := g.global("networks", subnet.Network)
	if card.Network != "" && g.global("networks", card.Network) != network {
		return invalidField("resource.networkInterfaces[0].subnetwork", selfLink(subnetID),
			"Network of the subnetwork is '%s', of the interface '%s'.", network, g.global("networks", card.Network))
	}
	if m.Subnet != subnetID {
		m.VPC, m.Subnet, m.SubnetCIDR = network, subnetID, subnet.IpCidrRange
		if m.PrivateAddress, err = g.freePrivate(subnetID, subnet.IpCidrRange); err != nil {
			return err
		}
		m.MAC = mac(m.PrivateAddress)
	}
	return g.placeAddress(id, in, m)
}

func (g *gcp) placeAddress(id string, in InstanceArgs, m *state.Machine) error {
	config, has := in.access()
	switch {
	case !has:
		m.Address = ""
		return nil
	case config.NatIp == "":
		address, err := g.freeAddress()
		m.Address = address.String()
		return err
	}
	const field = "resource.networkInterfaces[0].accessConfigs[0].natIP"
	addresses, err := state.List[Address](g.env.Store)
	if err != nil {
		return err
	}
	for _, reserved := range addresses {
		if reserved.Address != config.NatIp || reserved.Region != m.Region {
			continue
		}
		if tier := cmp.Or(config.NetworkTier, "PREMIUM"); tier != reserved.NetworkTier {
			return invalid("External IP address: %s has a different network tier %s from the network tier in instance access config %s.",
				config.NatIp, reserved.NetworkTier, tier)
		}
		user, err := g.addressUser(config.NatIp)
		if err != nil {
			return err
		}
		if user != "" && user != id {
			return invalid("External IP address: %s is already in-use.", config.NatIp)
		}
		m.Address = config.NatIp
		return nil
	}
	return invalidField(field, config.NatIp, "The specified external IP address '%s' was not found in region '%s'.", config.NatIp, m.Region)
}

// networkOf returns the id of the network that the VM's card is in.
func (g *gcp) networkOf(in InstanceArgs) string {
	card := in.card()
	if card.Network != "" {
		return g.global("networks", card.Network)
	}
	region, err := regionOf(in.Zone)
	if err != nil {
		return ""
	}
	subnet, err := state.Get[Subnetwork](g.env.Store, g.regional(region, "subnetworks", card.Subnetwork))
	if err != nil {
		return ""
	}
	return g.global("networks", subnet.Network)
}

// freePrivate finds an address of the subnet that no VM has. Google keeps the first two and the last two.
func (g *gcp) freePrivate(subnet, cidr string) (string, error) {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return "", err
	}
	machines, err := state.List[state.Machine](g.env.Store)
	if err != nil {
		return "", err
	}
	taken := map[string]bool{}
	for _, m := range machines {
		if m.Subnet == subnet {
			taken[m.PrivateAddress] = true
		}
	}
	for a := prefix.Masked().Addr().Next().Next(); prefix.Contains(a.Next().Next()); a = a.Next() {
		if !taken[a.String()] {
			return a.String(), nil
		}
	}
	return "", &apiError{
		http.StatusBadRequest,
		fmt.Sprintf("IP space of '%s' is exhausted. Insufficient free IP addresses in the IP range '%s'.", subnet, cidr),
		"IP_SPACE_EXHAUSTED_WITH_DETAILS",
	}
}

// mac is the hardware address that Google makes of a private address.
func mac(private string) string {
	a, err := netip.ParseAddr(private)
	if err != nil || !a.Is4() {
		return ""
	}
	b := a.As4()
	return fmt.Sprintf("42:01:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}
