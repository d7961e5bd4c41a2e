package gcp

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/firewall"
)

func TestRulesOfANetworkForOneVM(t *testing.T) {
	t.Parallel()
	out := firewall.Rule{Direction: firewall.Egress, Protocol: firewall.All, Peers: prefixes("0.0.0.0/0")}
	rule := func(tags []string, allows ...FirewallAllow) Firewall {
		return Firewall{FirewallArgs: FirewallArgs{Allows: allows, SourceRanges: []string{"203.0.113.0/24"}, TargetTags: tags}}
	}
	in := func(protocol string, first, last uint16) firewall.Rule {
		return firewall.Rule{Direction: firewall.Ingress, Protocol: protocol, Ports: [2]uint16{first, last}, Peers: prefixes("203.0.113.0/24")}
	}
	disabled := rule(nil, FirewallAllow{Protocol: "tcp"})
	disabled.Disabled = true
	for name, test := range map[string]struct {
		rules []Firewall
		want  []firewall.Rule
	}{
		"nothing in, everything out": {nil, []firewall.Rule{out}},
		"no targets: every VM":       {[]Firewall{rule(nil, FirewallAllow{Protocol: "ICMP"})}, []firewall.Rule{out, in("icmp", 0, 0)}},
		"a tag of the VM": {
			[]Firewall{rule([]string{"x", "database"}, FirewallAllow{Protocol: "tcp", Ports: []string{"5432"}})},
			[]firewall.Rule{out, in("tcp", 5432, 5432)},
		},
		"a tag of others": {[]Firewall{rule([]string{"web"}, FirewallAllow{Protocol: "tcp"})}, []firewall.Rule{out}},
		"several ports and protocols": {
			[]Firewall{rule(nil, FirewallAllow{Protocol: "tcp", Ports: []string{"80", "8000-8080"}}, FirewallAllow{Protocol: "udp"})},
			[]firewall.Rule{out, in("tcp", 80, 80), in("tcp", 8000, 8080), in("udp", 0, 0)},
		},
		"port 0 alone": {[]Firewall{rule(nil, FirewallAllow{Protocol: "tcp", Ports: []string{"0"}})}, []firewall.Rule{out}},
		"disabled":     {[]Firewall{disabled}, []firewall.Rule{out}},
	} {
		assert.Equal(t, test.want, rulesFor(test.rules, []string{"database"}), name)
	}
}

func prefixes(all ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range all {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

func TestFirewallChangesReachRunningMachines(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))

	args := p.rule()
	args["sourceRanges"] = []any{"198.51.100.7/32"}
	assert.Equal(t, cloudtest.Updated, p.MustUp(firewallToken, "postgres", args).Change)
	assert.Contains(t, p.machine(t).Firewall, "ip saddr { 198.51.100.7/32 } tcp dport 5432 accept")
	assert.NotContains(t, p.machine(t).Firewall, "203.0.113.0/24")

	_, err := p.Up(firewallToken, "postgres", with(args, object{"sourceRanges": []any{""}}))
	require.ErrorContains(t, err, "Error updating Firewall: googleapi: Error 400: Invalid value for field 'resource.sourceRanges[0]': ''.")

	p.MustUp(firewallToken, "ssh", object{
		"network": p.Get("network").ID, "sourceRanges": []any{"203.0.113.0/24"},
		"allows": []any{object{"protocol": "tcp", "ports": []any{"22"}}},
	})
	assert.Contains(t, p.machine(t).Firewall, "tcp dport 22 accept")
	require.NoError(t, p.Destroy("ssh"))
	assert.NotContains(t, p.machine(t).Firewall, "tcp dport 22 accept")

	other := p.MustUp(networkToken, "other", object{"autoCreateSubnetworks": false})
	args = p.rule()
	args["network"] = other.ID
	require.NoError(t, p.Destroy("postgres"))
	p.MustUp(firewallToken, "postgres", args)
	assert.NotContains(t, p.machine(t).Firewall, "5432", "the rule belongs to another network now")
	assert.Equal(t, 1, p.machine(t).Boots)
}

// slowly takes longer to load a ruleset the fewer rules it has, and can't load one that opens port 666.
type slowly struct{ *cloudtest.Machines }

func (s slowly) SetFirewall(ctx context.Context, name, ruleset string) error {
	if strings.Contains(ruleset, "dport 666 ") {
		return errors.New("no buffer space available")
	}
	time.Sleep(time.Duration(100-10*strings.Count(ruleset, " dport ")) * time.Millisecond)
	return s.Machines.SetFirewall(ctx, name, ruleset)
}

func TestRulesThatComeAtOnceAreAllInForce(t *testing.T) {
	t.Parallel()
	machines := cloudtest.NewMachines()
	p := newProjectOn(t, slowly{machines}, machines)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))

	var all sync.WaitGroup
	for _, port := range []string{"1001", "1002", "1003"} {
		beside := p.Beside()
		args := object{
			"network": p.Get("network").ID, "sourceRanges": []any{"203.0.113.0/24"},
			"allows": []any{object{"protocol": "tcp", "ports": []any{port}}},
		}
		all.Go(func() {
			_, err := beside.Up(firewallToken, "port-"+port, args)
			assert.NoError(t, err)
		})
	}
	all.Wait()
	for _, port := range []string{"1001", "1002", "1003"} {
		assert.Contains(t, p.machine(t).Firewall, "dport "+port)
	}
}

func TestARuleThatCannotBeLoadedLeavesNothing(t *testing.T) {
	t.Parallel()
	machines := cloudtest.NewMachines()
	p := newProjectOn(t, slowly{machines}, machines)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))
	args := p.rule()
	args["name"], args["allows"] = "odd", []any{object{"protocol": "tcp", "ports": []any{"666"}}}
	_, err := p.Up(firewallToken, "odd", args)
	require.ErrorContains(t, err, "no buffer space available")

	args["allows"] = []any{object{"protocol": "tcp", "ports": []any{"667"}}}
	p.MustUp(firewallToken, "odd", args)
	assert.Contains(t, p.machine(t).Firewall, "dport 667 ")
}

// going has a machine that goes down, in one way or another, just as it is to load a ruleset.
type going struct {
	*cloudtest.Machines
	down *func(m *cloudtest.Machines) error
}

func (g going) SetFirewall(ctx context.Context, name, ruleset string) error {
	if down := *g.down; down != nil {
		*g.down = nil
		return down(g.Machines)
	}
	return g.Machines.SetFirewall(ctx, name, ruleset)
}

func TestARuleIsDeletedWhileItsVMGoesDown(t *testing.T) {
	t.Parallel()
	notRunning := errors.New("container is not running")
	var down func(*cloudtest.Machines) error
	machines := cloudtest.NewMachines()
	p := newProjectOn(t, going{machines, &down}, machines)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))
	down = func(m *cloudtest.Machines) error { return errors.Join(notRunning, m.Stop(t.Context(), "db")) }
	require.NoError(t, p.Destroy("postgres"))
	assert.NotContains(t, p.machine(t).Firewall, "dport 5432 ", "for when it boots again")

	p.MustUp(firewallToken, "postgres", p.rule())
	down = func(m *cloudtest.Machines) error { return errors.Join(notRunning, m.Delete(t.Context(), "db")) }
	require.NoError(t, p.Destroy("postgres"))
}

func TestARuleThatCouldNotBeTakenOutIsClosedByTheNextTry(t *testing.T) {
	t.Parallel()
	var down func(*cloudtest.Machines) error
	machines := cloudtest.NewMachines()
	p := newProjectOn(t, going{machines, &down}, machines)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))
	down = func(*cloudtest.Machines) error { return errors.New("no buffer space available") }
	require.ErrorContains(t, p.Destroy("postgres"), "Error deleting Firewall: no buffer space available")
	assert.Contains(t, p.machine(t).Firewall, "dport 5432 ")
	require.NoError(t, p.Destroy("postgres"))
	assert.NotContains(t, p.machine(t).Firewall, "dport 5432 ")
}
