package aws

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

const web = "web"

// up makes a running instance with all that it needs, and returns its id.
func (f *fixture) up() (id string, args values) {
	args = f.machine()
	return f.MustUp(instanceToken, web, args).ID, args
}

func (f *fixture) real(id string) cloudtest.Machine {
	f.t.Helper()
	machine, ok := f.machines.Machine(id)
	require.True(f.t, ok, "no machine %s", id)
	return machine
}

func TestInstanceBoots(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()

	machine := f.real(id)
	assert.Equal(t, state.AWS, machine.Cloud)
	assert.Equal(t, "ip-10-20-0-4", machine.Hostname)
	assert.Equal(t, "198.18.16.1", machine.Address.String(), "it boots with the address of its card")
	assert.Equal(t, []string{"ssm.us-east-1.amazonaws.com"}, machine.Hosts)
	assert.Contains(t, machine.Firewall, "ip saddr { 0.0.0.0/0 } tcp dport 443 accept")

	record, err := state.Get[state.Machine](f.store, id)
	require.NoError(t, err)
	assert.False(t, record.Created.IsZero())
	record.Created = record.Created.Truncate(0)
	assert.Equal(t, state.Machine{
		ID: id, Cloud: state.AWS, Name: "web", Container: "crosscloud-test-" + id, Address: "198.18.16.1", PrivateAddress: "10.20.0.4",
		Hostname: "ip-10-20-0-4.ec2.internal", Region: "us-east-1", Zone: "us-east-1b", Type: "t3.micro", Image: args["ami"].(string),
		UserData: "#!/bin/sh\necho one\n", Identity: "web", Tags: map[string]string{"Name": "web"},
		NetworkInterface: f.Get("card").ID, MAC: f.Get("card").Output("macAddress").(string), SecurityGroups: []string{f.Get("group").ID},
		VPC: f.Get("vpc").ID, VPCCIDR: "10.20.0.0/16", Subnet: f.Get("subnet").ID, SubnetCIDR: "10.20.0.0/24",
		Created: record.Created, Running: true,
	}, record)

	out := f.Get(web)
	assert.Equal(t, "us-east-1b", out.Output("availabilityZone"))
	assert.Equal(t, f.Get("card").ID, out.Output("primaryNetworkInterfaceId"))
	assert.Equal(t, "running", out.Output("instanceState"))
	assert.Equal(t, "10.20.0.4", out.Output("privateIp"))
	assert.Equal(t, "198.18.16.1", out.Output("publicIp"))
	require.True(t, f.Refresh(web))
	assert.Equal(t, out.Outputs, f.Get(web).Outputs)
	assert.Equal(t, cloudtest.Same, f.MustUp(instanceToken, web, args).Change)
}

func TestWhatTheTwinDoesNotKnowOfInstances(t *testing.T) {
	f := newFixture(t)
	good := f.machine()
	f.MustUp(instanceToken, web, good)
	f.card("free")
	good["networkInterfaces"] = []any{values{"deviceIndex": 0, "networkInterfaceId": f.Get("free").ID}}

	for name, test := range map[string]struct {
		changes values
		want    string
	}{
		"no image":         {values{"ami": nil}, `"ami" is required`},
		"no card":          {values{"networkInterfaces": []any{}}, "exactly one network interface, got 0"},
		"card as a second": {values{"networkInterfaces": []any{values{"deviceIndex": 1, "networkInterfaceId": f.Get("free").ID}}}, "deviceIndex: the only interface has the device index 0, got 1"},
		"card that goes along": {values{"networkInterfaces": []any{values{"deviceIndex": 0, "networkInterfaceId": f.Get("free").ID, "deleteOnTermination": true}}},
			"networkInterfaces[0].deleteOnTermination: an interface that is a resource of its own can't be deleted with the instance"},
		"credits":          {values{"creditSpecification": values{"cpuCredits": "some"}}, "creditSpecification.cpuCredits: expected"},
		"a larger size":    {values{"instanceType": "c7i.8xlarge"}, "the twin does not know the instance type c7i.8xlarge; it has the families c5, "},
		"another family":   {values{"instanceType": "m7i-flex.large"}, "the twin does not know the instance type m7i-flex.large"},
		"unknown argument": {values{"keyName": "admin"}, "keyName: Invalid or unknown key: the twin does not know this argument"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Up(instanceToken, "new "+name, with(good, test.changes))
			assert.ErrorContains(t, err, test.want)
		})
	}
	_, err := f.Up(instanceToken, "fits", with(good, values{"userData": strings.Repeat("x", 16<<10)}))
	assert.NoError(t, err)
}

func TestTheZoneIsTheSubnets(t *testing.T) {
	f := newFixture(t)
	args := f.machine()
	preview, err := f.Preview(instanceToken, web, args)
	require.NoError(t, err)
	assert.True(t, preview["availabilityZone"].IsComputed(), "it is not known before")
	f.MustUp(instanceToken, web, args)
	changed := with(args, values{"tags": some})
	preview, err = f.Preview(instanceToken, web, changed)
	require.NoError(t, err)
	assert.Equal(t, "us-east-1b", preview["availabilityZone"].StringValue())
	assert.Equal(t, "us-east-1b", f.MustUp(instanceToken, web, changed).Output("availabilityZone"))
}

func TestRulesReachTheMachineAtOnce(t *testing.T) {
	f := newFixture(t)
	id, _ := f.up()
	has := func(text string) bool { return strings.Contains(f.real(id).Firewall, text) }
	postgres := "ip daddr { 203.0.113.7/32 } tcp dport 5432 accept"

	f.MustUp(egressToken, "out-postgres", f.rule("tcp", 5432, 5432, "203.0.113.7/32"))
	assert.True(t, has(postgres))
	f.MustUp(egressToken, "out-postgres", f.rule("tcp", 5433, 5433, "203.0.113.7/32"))
	assert.False(t, has(postgres))
	require.NoError(t, f.Destroy("out-postgres"))
	assert.False(t, has("203.0.113.7"))

	f.MustUp(groupToken, "closed", values{"vpcId": f.Get("vpc").ID, "name": "closed"})
	f.MustUp(interfaceToken, "card", values{"subnetId": f.Get("subnet").ID, "securityGroups": []any{f.Get("closed").ID}})
	assert.False(t, has("443"), "another group counts from now on")
	record, err := state.Get[state.Machine](f.store, id)
	require.NoError(t, err)
	assert.Equal(t, []string{f.Get("closed").ID}, record.SecurityGroups)
	f.MustUp(interfaceToken, "card", values{"subnetId": f.Get("subnet").ID, "securityGroups": []any{f.Get("group").ID}})
	assert.True(t, has("443"))

	require.NoError(t, f.Destroy("route"))
	assert.False(t, has("443"), "without a route to the internet nothing gets through")
	f.MustUp(routeToken, "route", values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": f.Get("gateway").ID})
	assert.True(t, has("443"))
}

func TestAddressesMove(t *testing.T) {
	f := newFixture(t)
	first, args := f.up()
	f.card("second")
	second := f.MustUp(instanceToken, "second-web", with(args, values{
		"networkInterfaces": []any{values{"deviceIndex": 0, "networkInterfaceId": f.Get("second").ID}},
	})).ID
	assert.Equal(t, "198.18.16.2", f.real(second).Address.String())

	// EC2 moves an address that is associated again, and frees the one that was there. A false allowReassociation changes
	// nothing: the AWS provider does not send it.
	f.MustUp(associationToken, "moved", values{"allocationId": f.Get("card-ip").ID, "networkInterfaceId": f.Get("second").ID, "allowReassociation": false})
	assert.Equal(t, "198.18.16.1", f.real(second).Address.String())
	assert.Equal(t, netip.Addr{}, f.real(first).Address)
	record, err := state.Get[state.Machine](f.store, first)
	require.NoError(t, err)
	assert.Empty(t, record.Address)
	assert.False(t, f.Refresh("card-ip-on"), "the first association is gone")
	require.True(t, f.Refresh(web))
	assert.Empty(t, f.Get(web).Output("publicIp"))

	require.NoError(t, f.Destroy("moved"))
	assert.Equal(t, netip.Addr{}, f.real(second).Address)
}

func TestAMachineThatSomebodyRemovedIsATerminatedInstance(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()
	f.MustUp(powerToken, "power", values{"instanceId": id, "state": "running"})
	f.machines.Lose(id)
	assert.False(t, f.Refresh("power"))
	assert.False(t, f.Refresh(web))
	f.MustUp(instanceToken, web, args)
}

func TestAMachineThatSomebodyRemovedStopsNoOtherChange(t *testing.T) {
	f := newFixture(t)
	id, _ := f.up()
	f.machines.Lose(id)
	f.MustUp(egressToken, "out-postgres", f.rule("tcp", 5432, 5432, "203.0.113.7/32"))
	require.NoError(t, f.Destroy("out-postgres"))
	require.NoError(t, f.Destroy("card-ip-on"))
}
