package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

func TestNetworkOutputs(t *testing.T) {
	f := newFixture(t)
	f.network()
	f.card("card")

	assert.Regexp(t, "^vpc-[0-9a-f]{17}$", f.Get("vpc").ID)
	assert.Equal(t, "arn:aws:ec2:us-east-1:111122223333:vpc/"+f.Get("vpc").ID, f.Get("vpc").Output("arn"))
	assert.Equal(t, "r-"+f.Get("table").ID+"1080289494", f.Get("route").ID, "as the AWS provider names the default route")
	assert.Equal(t, "10.20.0.4", f.Get("card").Output("privateIp"), "EC2 keeps the first four")
	assert.Equal(t, "198.18.16.1", f.Get("card-ip").Output("publicIp"))
	assert.Equal(t, f.Get("card-ip").ID, f.Get("card-ip").Output("allocationId"))
	assert.Equal(t, "198.18.16.1", f.Get("card-ip-on").Output("publicIp"))
	assert.Equal(t, "Managed by Pulumi", f.Get("group").Output("description"))

	f.card("second")
	assert.Equal(t, "10.20.0.5", f.Get("second").Output("privateIp"))
	assert.Equal(t, "198.18.16.2", f.Get("second-ip").Output("publicIp"))
}

// What AWS refuses, too, is in TestWhatAWSRefuses.
func TestWhatTheTwinDoesNotKnowOfNetworks(t *testing.T) {
	f := newFixture(t)
	for name, test := range map[string]struct {
		token string
		args  values
		want  string
	}{
		"vpc without range": {vpcToken, values{}, `Missing required argument: "cidrBlock"`},
		"vpc misspelt":      {vpcToken, values{"cidrBlock": "10.0.0.0/16", "cidr": "x"}, "cidr: Invalid or unknown key"},
		"vpc of IPv6":       {vpcToken, values{"cidrBlock": "fd00::/16"}, "not a valid CIDR block of this IP version"},
		"address of no vpc": {addressToken, values{"domain": "standard"}, "expected domain to be one of"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Up(test.token, "new "+name, test.args)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestWhatTheTwinDoesNotKnowOfRules(t *testing.T) {
	f := newFixture(t)
	f.network()
	for name, test := range map[string]struct {
		changes values
		want    string
	}{
		"wrong family":         {values{"cidrIpv4": "::/0"}, "not a valid CIDR block of this IP version"},
		"ports of everything":  {values{"ipProtocol": "-1"}, "You may not specify ports when the protocol is -1"},
		"protocol by number":   {values{"ipProtocol": "47", "fromPort": nil, "toPort": nil}, "the twin's firewall knows tcp, udp, icmp"},
		"one kind of icmp":     {values{"ipProtocol": "icmp", "fromPort": 8, "toPort": 0}, "the twin opens ICMP as a whole only"},
		"a group as a peer":    {values{"referencedSecurityGroupId": "sg-1"}, "referencedSecurityGroupId: Invalid or unknown key"},
		"port that is no port": {values{"fromPort": "https"}, "expected an integer, got string"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Up(ingressToken, "new "+name, with(f.rule("tcp", 443, 443, "0.0.0.0/0"), test.changes))
			assert.ErrorContains(t, err, test.want)
		})
	}
	f.MustUp(egressToken, "same but outwards", f.rule("tcp", 80, 80, "0.0.0.0/0"))
	f.MustUp(ingressToken, "another port", f.rule("tcp", 80, 80, "0.0.0.0/0"))
}

func TestNothingStays(t *testing.T) {
	f := newFixture(t)
	f.MustUp(instanceToken, "web", f.machine())

	// In the order of the dependencies everything can go; TestWhatAWSRefuses tries another one.
	for _, name := range []string{
		"web", "card-ip-on", "card-ip", "card", "in-https", "out-https", "group", "use", "route", "table", "gateway", "subnet", "vpc", "profile", "role",
	} {
		require.NoError(t, f.Destroy(name), name)
	}
	used, err := state.List[vpc](f.store)
	require.NoError(t, err)
	assert.Empty(t, used)
	machines, err := state.List[state.Machine](f.store)
	require.NoError(t, err)
	assert.Empty(t, machines)
}

func TestDeletionWaitsForWhatIsBeingDeleted(t *testing.T) {
	f := newFixture(t)
	f.account.patience = 10 * time.Second
	f.network()
	f.card("card")
	done := make(chan error)
	go func() { done <- f.Destroy("gateway") }()
	time.Sleep(300 * time.Millisecond) // so that the deletion has found the address in use
	require.NoError(t, f.account.locked(func() error { return remove[addressAssociation](f.account, f.Get("card-ip-on").ID) }))
	assert.NoError(t, <-done)
}

func TestAddressNeedsAGateway(t *testing.T) {
	f := newFixture(t)
	f.MustUp(vpcToken, "vpc", values{"cidrBlock": "10.20.0.0/16"})
	f.MustUp(subnetToken, "subnet", values{"vpcId": f.Get("vpc").ID, "cidrBlock": "10.20.0.0/24"})
	f.MustUp(groupToken, "group", values{"vpcId": f.Get("vpc").ID})
	f.MustUp(interfaceToken, "card", values{"subnetId": f.Get("subnet").ID, "securityGroups": []any{f.Get("group").ID}})
	f.MustUp(addressToken, "ip", values{})
	_, err := f.Up(associationToken, "on", values{"allocationId": f.Get("ip").ID, "networkInterfaceId": f.Get("card").ID})
	assert.ErrorContains(t, err, "Gateway.NotAttached: Network "+f.Get("vpc").ID+" is not attached to any internet gateway")
}

func TestDriftIsSeen(t *testing.T) {
	f := newFixture(t)
	f.network()
	id := f.Get("in-https").ID
	require.NoError(t, state.Update(f.store, id, func(v ingressRule, err error) (ingressRule, error) {
		v.CIDRIPv4 = "192.0.2.0/24"
		return v, err
	}))
	require.True(t, f.Refresh("in-https"))
	assert.Equal(t, cloudtest.Updated, f.MustUp(ingressToken, "in-https", f.rule("tcp", 443, 443, "0.0.0.0/0")).Change)

	require.NoError(t, state.Delete[ingressRule](f.store, id))
	assert.False(t, f.Refresh("in-https"))
}

func TestBlackhole(t *testing.T) {
	f := newFixture(t)
	f.network()
	require.NoError(t, f.Destroy("gateway"))
	require.True(t, f.Refresh("route"))
	assert.Equal(t, "blackhole", f.Get("route").Output("state"))
}
