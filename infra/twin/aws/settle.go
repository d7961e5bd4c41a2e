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
	if err != nil {
		return err
	}
	declared := map[string]network{}
	wanted := map[string]bool{}
	for id, v := range instances {
		n, err := a.declared(v.PrimaryNetworkInterface)
		if err != nil {
			return fmt.Errorf("network of %s: %w", id, err)
		}
		declared[id], wanted[n.Address] = n, true
	}
	// An address leaves one machine before it comes to another, and a firewall closes before its machine gets an address.
	var failed []error
	for id, want := range declared {
		failed = append(failed, a.reload(ctx, id, want.Ruleset))
		if have, err := get[network](a, id); err == nil && have.Address != want.Address && wanted[have.Address] {
			failed = append(failed, a.readdress(ctx, id, ""))
		}
	}
	for id, want := range declared {
		failed = append(failed, a.describe(id, instances[id].PrimaryNetworkInterface), a.readdress(ctx, id, want.Address))
	}
	return errors.Join(failed...)
}

// enact records something new and brings the machines to it. What can't be brought into force does not stay on record:
// Pulumi never learns its id, and a second try would be refused as a duplicate of the first. The caller holds the lock.
func enact[T any](ctx context.Context, a *account, id string, v T) error {
	if err := put(a, id, v); err != nil {
		return err
	}
	err := a.settle(ctx)
	if err != nil {
		err = errors.Join(err, drop[T](a, id), a.settle(context.WithoutCancel(ctx)))
	}
	return err
}

// reload puts a ruleset in force, unless it is.
func (a *account) reload(ctx context.Context, id, ruleset string) error {
	have, err := get[network](a, id)
	if err != nil || have.Ruleset == ruleset {
		return err
	}
	if err := a.env.Machines.SetFirewall(ctx, id, ruleset); err != nil {
		return a.unlessGone(ctx, id, fmt.Errorf("firewall of %s: %w", id, err))
	}
	have.Ruleset = ruleset
	return put(a, id, have)
}

// readdress gives a machine its public address, unless it has it. The metadata service has to know before the machine
// asks: it tells machines by their addresses.
func (a *account) readdress(ctx context.Context, id, address string) error {
	have, err := get[network](a, id)
	if err != nil || have.Address == address {
		return err
	}
	if err := a.amend(id, func(m *state.Machine) { m.Address = address }); err != nil {
		return err
	}
	if err := a.env.Machines.SetAddress(ctx, id, parseAddress(address)); err != nil {
		err = errors.Join(err, a.amend(id, func(m *state.Machine) { m.Address = have.Address }))
		return a.unlessGone(ctx, id, fmt.Errorf("address of %s: %w", id, err))
	}
	have.Address = address
	return put(a, id, have)
}

// unlessGone passes over the failure of a machine that somebody removed: a refresh will find that out, and until then it
// must not stop the changes of all others, nor a destroy.
func (a *account) unlessGone(ctx context.Context, id string, failure error) error {
	if status, err := a.env.Machines.Status(ctx, id); err == nil && !status.Exists {
		return nil
	}
	return failure
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

// describe tells the metadata service which groups a machine's card is in.
func (a *account) describe(id, interfaceID string) error {
	card, err := get[networkInterface](a, interfaceID)
	if err != nil {
		return err
	}
	return a.amend(id, func(m *state.Machine) { m.SecurityGroups = card.SecurityGroups })
}

func parseAddress(text string) netip.Addr {
	address, _ := netip.ParseAddr(text) // the zero Addr stands for none
	return address
}
