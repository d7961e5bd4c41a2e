package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"crosscloud/infra/twin/firewall"
	"crosscloud/infra/twin/state"
)

// network is what a machine's card was last told.
type network struct {
	Address string `json:"address"`
	Ruleset string `json:"ruleset"`
}

// settle brings the cards of all machines to what is declared now. Whatever changes a group, a rule, an address or a
// route calls it, and so need not know whom it affects. The caller holds the lock.
func (a *account) settle(ctx context.Context) error {
	instances, err := where(a, func(instance) bool { return true })
	for id, v := range instances {
		if e := a.settleOne(ctx, id, v); e != nil {
			err = errors.Join(err, fmt.Errorf("network of %s: %w", id, e))
		}
	}
	return err
}

func (a *account) settleOne(ctx context.Context, id string, v instance) error {
	want, err := a.declared(v.PrimaryNetworkInterface)
	if err != nil {
		return err
	}
	have, err := get[network](a, id)
	if err != nil {
		return err
	}
	// The firewall closes before an address is added, so that nothing is open for a moment that should not be.
	if want.Ruleset != have.Ruleset {
		if err := a.env.Machines.SetFirewall(ctx, id, want.Ruleset); err != nil {
			return err
		}
		have.Ruleset = want.Ruleset
		if err := put(a, id, have); err != nil {
			return err
		}
	}
	if err := a.describe(id, v.PrimaryNetworkInterface, want.Address); err != nil {
		return err
	}
	if want.Address == have.Address {
		return nil
	}
	if err := a.env.Machines.SetAddress(ctx, id, parseAddress(want.Address)); err != nil {
		return err
	}
	return put(a, id, want)
}

// declared is the network that an interface should have: its Elastic IP and the rules of its groups. Without a way to the
// internet nothing gets through, whatever the rules say.
func (a *account) declared(interfaceID string) (network, error) {
	var n network
	card, err := get[networkInterface](a, interfaceID)
	if err != nil {
		return n, err
	}
	associations, err := where(a, func(v addressAssociation) bool { return v.NetworkInterface == interfaceID })
	if err != nil {
		return n, err
	}
	for _, association := range associations {
		n.Address = association.PublicIP
	}
	public, err := a.public(card.Subnet)
	if err != nil {
		return n, err
	}
	var rules []firewall.Rule
	if public {
		ingress, err := where(a, func(v ingressRule) bool { return slices.Contains(card.SecurityGroups, v.SecurityGroup) })
		if err != nil {
			return n, err
		}
		egress, err := where(a, func(v egressRule) bool { return slices.Contains(card.SecurityGroups, v.SecurityGroup) })
		if err != nil {
			return n, err
		}
		rules = firewallRules(arguments(ingress, func(v ingressRule) ruleArgs { return v.ruleArgs }),
			arguments(egress, func(v egressRule) ruleArgs { return v.ruleArgs }))
	}
	n.Ruleset = firewall.Ruleset(rules)
	return n, nil
}

func arguments[R any](rules map[string]R, of func(R) ruleArgs) []ruleArgs {
	var all []ruleArgs
	for _, r := range rules {
		all = append(all, of(r))
	}
	return all
}

// compareRules gives rules an order of their own, so that the same rules always make the same ruleset.
func compareRules(x, y firewall.Rule) int {
	return cmp.Or(cmp.Compare(x.Direction, y.Direction), cmp.Compare(x.Protocol, y.Protocol),
		slices.Compare(x.Ports[:], y.Ports[:]), slices.CompareFunc(x.Peers, y.Peers, func(p, q netip.Prefix) int {
			return cmp.Compare(p.String(), q.String())
		}))
}

// describe tells the metadata service what changed.
func (a *account) describe(id, interfaceID, publicIP string) error {
	card, err := get[networkInterface](a, interfaceID)
	if err != nil {
		return err
	}
	return state.Update(a.env.Store, id, func(m state.Machine, err error) (state.Machine, error) {
		m.Address, m.SecurityGroups = publicIP, card.SecurityGroups
		return m, err
	})
}

func parseAddress(text string) netip.Addr {
	address, _ := netip.ParseAddr(text) // the zero Addr stands for none
	return address
}
