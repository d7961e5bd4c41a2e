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

func TestNetworkRefusals(t *testing.T) {
	f := newFixture(t)
	f.network()
	f.card("card")
	f.MustUp(vpcToken, "other", values{"cidrBlock": "10.30.0.0/17"})
	f.MustUp(groupToken, "foreign", values{"vpcId": f.Get("other").ID, "name": "foreign"})
	f.MustUp(subnetToken, "far", values{"vpcId": f.Get("other").ID, "cidrBlock": "10.30.1.0/24"})
	f.MustUp(tableToken, "otherTable", values{"vpcId": f.Get("other").ID})
	f.MustUp(gatewayToken, "loose", values{})
	vpcID, subnetID, group := f.Get("vpc").ID, f.Get("subnet").ID, f.Get("group").ID
	inVPC := func(more values) values { return with(values{"vpcId": vpcID}, more) }

	for name, test := range map[string]struct {
		token string
		args  values
		want  string
	}{
		"vpc without range":        {vpcToken, values{}, `Missing required argument: "cidrBlock"`},
		"vpc misspelt":             {vpcToken, values{"cidrBlock": "10.0.0.0/16", "cidr": "x"}, "cidr: Invalid or unknown key"},
		"vpc not a range":          {vpcToken, values{"cidrBlock": "10.0.0.0"}, "invalid CIDR address: 10.0.0.0"},
		"vpc with host bits":       {vpcToken, values{"cidrBlock": "10.0.0.1/16"}, `did you mean "10.0.0.0/16"?`},
		"vpc too large":            {vpcToken, values{"cidrBlock": "10.0.0.0/8"}, "between 16 and 28 significant bits, got: 8"},
		"vpc of IPv6":              {vpcToken, values{"cidrBlock": "fd00::/16"}, "not a valid CIDR block of this IP version"},
		"vpc with AWS's own tags":  {vpcToken, values{"cidrBlock": "10.0.0.0/16", "tags": values{"aws:x": "y"}}, "aws: prefixed tag key names are not allowed"},
		"subnet in no vpc":         {subnetToken, values{"vpcId": "vpc-0", "cidrBlock": "10.20.1.0/24"}, "InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist"},
		"subnet outside":           {subnetToken, inVPC(values{"cidrBlock": "10.21.0.0/24"}), "InvalidSubnet.Range: The CIDR '10.21.0.0/24' is invalid."},
		"subnet larger than vpc":   {subnetToken, values{"vpcId": f.Get("other").ID, "cidrBlock": "10.30.0.0/16"}, "InvalidSubnet.Range"},
		"subnet overlaps":          {subnetToken, inVPC(values{"cidrBlock": "10.20.0.128/25"}), "InvalidSubnet.Conflict: The CIDR '10.20.0.128/25' conflicts with another subnet"},
		"subnet too small":         {subnetToken, inVPC(values{"cidrBlock": "10.20.9.0/29"}), "between 16 and 28 significant bits, got: 29"},
		"zone of another region":   {subnetToken, inVPC(values{"cidrBlock": "10.20.9.0/24", "availabilityZone": "eu-west-1a"}), "Value (eu-west-1a) for parameter availabilityZone is invalid"},
		"second gateway":           {gatewayToken, inVPC(nil), "already has an internet gateway attached"},
		"route twice":              {routeToken, values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": f.Get("gateway").ID}, "RouteAlreadyExists"},
		"route to no gateway":      {routeToken, values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "1.0.0.0/8", "gatewayId": "igw-0"}, "InvalidGatewayID.NotFound: The gateway ID 'igw-0' does not exist"},
		"route to a loose gateway": {routeToken, values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "1.0.0.0/8", "gatewayId": f.Get("loose").ID}, "belong to different networks"},
		"route inside the vpc":     {routeToken, values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "10.20.7.0/24", "gatewayId": f.Get("gateway").ID}, "equal to or more specific than one of this VPC's CIDR blocks"},
		"table used twice":         {tableUseToken, values{"subnetId": subnetID, "routeTableId": f.Get("table").ID}, "Resource.AlreadyAssociated"},
		"table of another vpc":     {tableUseToken, values{"subnetId": f.Get("far").ID, "routeTableId": f.Get("table").ID}, "belong to different networks"},
		"group twice":              {groupToken, inVPC(values{"name": "web"}), "InvalidGroup.Duplicate: The security group 'web' already exists for VPC '" + vpcID + "'"},
		"group like an id":         {groupToken, inVPC(values{"name": "sg-web"}), "cannot begin with sg-"},
		"group with bad text":      {groupToken, inVPC(values{"name": "web", "description": "it's"}), "description doesn't comply with restrictions"},
		"card in no subnet":        {interfaceToken, values{"subnetId": "subnet-0", "securityGroups": []any{group}}, "InvalidSubnetID.NotFound"},
		"card in no group":         {interfaceToken, values{"subnetId": subnetID, "securityGroups": []any{"sg-0"}}, "InvalidGroup.NotFound: The security group 'sg-0' does not exist"},
		"card of two networks":     {interfaceToken, values{"subnetId": subnetID, "securityGroups": []any{f.Get("foreign").ID}}, "belong to different networks"},
		"card in six groups":       {interfaceToken, values{"subnetId": subnetID, "securityGroups": []any{group, group, group, group, group, group}}, "SecurityGroupsPerInterfaceLimitExceeded"},
		"address of no vpc":        {addressToken, values{"domain": "standard"}, "expected domain to be one of"},
		"no address":               {associationToken, values{"allocationId": "eipalloc-0", "networkInterfaceId": f.Get("card").ID}, "InvalidAllocationID.NotFound: The allocation ID 'eipalloc-0' does not exist"},
		"address on no card":       {associationToken, values{"allocationId": f.Get("card-ip").ID, "networkInterfaceId": "eni-0"}, "InvalidNetworkInterfaceID.NotFound"},
		"address must not move":    {associationToken, values{"allocationId": f.Get("card-ip").ID, "networkInterfaceId": f.Get("card").ID, "allowReassociation": false}, "Resource.AlreadyAssociated"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Up(test.token, "new "+name, test.args)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestRuleRefusals(t *testing.T) {
	f := newFixture(t)
	f.network()
	for name, test := range map[string]struct {
		changes values
		want    string
	}{
		"no group":             {values{"securityGroupId": "sg-0"}, "InvalidGroup.NotFound"},
		"protocol":             {values{"ipProtocol": "http"}, `expected ipProtocol to be one of`},
		"host bits":            {values{"cidrIpv4": "10.0.0.1/8"}, `did you mean "10.0.0.0/8"?`},
		"address":              {values{"cidrIpv4": "10.0.0.1"}, "invalid CIDR address"},
		"wrong family":         {values{"cidrIpv4": "::/0"}, "not a valid CIDR block of this IP version"},
		"two peers":            {values{"cidrIpv6": "::/0"}, "only one of cidrIpv4 and cidrIpv6"},
		"no peer":              {values{"cidrIpv4": nil}, "MissingParameter"},
		"port range":           {values{"fromPort": 443, "toPort": 80}, "from 443 to 80"},
		"no port":              {values{"fromPort": nil, "toPort": nil}, "Must specify both from and to ports"},
		"port too large":       {values{"toPort": 65536}, "between -1 and 65535, got: 65536"},
		"ports of everything":  {values{"ipProtocol": "-1"}, "You may not specify ports when the protocol is -1"},
		"one kind of icmp":     {values{"ipProtocol": "icmp", "fromPort": 8, "toPort": 0}, "the twin opens ICMP as a whole only"},
		"duplicate":            {values{}, `already exists`},
		"duplicate by number":  {values{"ipProtocol": "6"}, "InvalidPermission.Duplicate"},
		"description":          {values{"description": "visitors' way in"}, "Invalid rule description"},
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

func TestWhatIsInUseIsNotDeleted(t *testing.T) {
	f := newFixture(t)
	f.MustUp(instanceToken, "web", f.machine())

	for name, want := range map[string]string{
		"vpc":     "DependencyViolation: The vpc '" + f.Get("vpc").ID + "' has dependencies and cannot be deleted.",
		"subnet":  "DependencyViolation: The subnet '" + f.Get("subnet").ID + "' has dependencies and cannot be deleted.",
		"gateway": "DependencyViolation: Network " + f.Get("vpc").ID + " has some mapped public address(es)",
		"table":   "DependencyViolation: The routeTable",
		"group":   "DependencyViolation: resource " + f.Get("group").ID + " has a dependent object",
		"card":    "InvalidNetworkInterface.InUse: Interface: [" + f.Get("card").ID + "] in use.",
		"card-ip": "InvalidIPAddress.InUse: Address 198.18.16.1 is in use.",
		"role":    "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.",
	} {
		assert.ErrorContains(t, f.Destroy(name), want)
	}
	// In the order of the dependencies everything can go, and nothing of it stays.
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
	time.Sleep(300 * time.Millisecond)
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

func TestNetworkChanges(t *testing.T) {
	f := newFixture(t)
	f.network()
	f.card("card")
	vpcID := f.Get("vpc").ID
	for name, test := range map[string]struct {
		resource, token string
		args            values
		want            string
	}{
		"vpc's names":         {"vpc", vpcToken, values{"cidrBlock": "10.20.0.0/16", "enableDnsHostnames": false}, cloudtest.Updated},
		"subnet's tags":       {"subnet", subnetToken, values{"vpcId": vpcID, "cidrBlock": "10.20.0.0/24", "availabilityZone": "us-east-1b", "tags": values{"a": "b"}}, cloudtest.Updated},
		"nothing":             {"group", groupToken, values{"vpcId": vpcID, "name": "web"}, cloudtest.Same},
		"rule's ports":        {"in-https", ingressToken, f.rule("tcp", 8443, 8443, "0.0.0.0/0"), cloudtest.Updated},
		"rule's protocol":     {"out-https", egressToken, f.rule("udp", 443, 443, "0.0.0.0/0"), cloudtest.Updated},
		"card's groups":       {"card", interfaceToken, values{"subnetId": f.Get("subnet").ID, "securityGroups": []any{}}, cloudtest.Updated},
		"address's tags":      {"card-ip", addressToken, values{"domain": "vpc", "tags": values{"a": "b"}}, cloudtest.Updated},
		"route's destination": {"route", routeToken, values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "8.0.0.0/8", "gatewayId": f.Get("gateway").ID}, cloudtest.Replaced},
	} {
		t.Run(name, func(t *testing.T) {
			before := f.Get(test.resource).ID
			after := f.MustUp(test.token, test.resource, test.args)
			assert.Equal(t, test.want, after.Change)
			assert.Equal(t, test.want != cloudtest.Replaced, before == after.ID)
			assert.True(t, f.Refresh(test.resource))
			assert.Equal(t, cloudtest.Same, f.MustUp(test.token, test.resource, test.args).Change, "a refresh finds what was written")
		})
	}

	v6 := with(f.rule("tcp", 22, 22, ""), values{"cidrIpv4": nil, "cidrIpv6": "::/0"})
	f.MustUp(ingressToken, "in-ssh", f.rule("tcp", 22, 22, "192.0.2.0/24"))
	assert.Equal(t, cloudtest.Replaced, f.MustUp(ingressToken, "in-ssh", v6).Change, "a rule can't change its IP version")
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
