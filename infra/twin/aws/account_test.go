package aws

import (
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

const (
	vpcToken         = "aws:ec2/vpc:Vpc"
	subnetToken      = "aws:ec2/subnet:Subnet"
	gatewayToken     = "aws:ec2/internetGateway:InternetGateway"
	tableToken       = "aws:ec2/routeTable:RouteTable"
	routeToken       = "aws:ec2/route:Route"
	tableUseToken    = "aws:ec2/routeTableAssociation:RouteTableAssociation"
	groupToken       = "aws:ec2/securityGroup:SecurityGroup"
	ingressToken     = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	egressToken      = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	interfaceToken   = "aws:ec2/networkInterface:NetworkInterface"
	addressToken     = "aws:ec2/eip:Eip"
	associationToken = "aws:ec2/eipAssociation:EipAssociation"
	instanceToken    = "aws:ec2/instance:Instance"
	powerToken       = "aws:ec2transitgateway/instanceState:InstanceState"
	roleToken        = "aws:iam/role:Role"
	rolePolicyToken  = "aws:iam/rolePolicy:RolePolicy"
	profileToken     = "aws:iam/instanceProfile:InstanceProfile"
	parameterToken   = "aws:ssm/parameter:Parameter"
	bucketToken      = "aws:s3/bucketV2:BucketV2"
	objectToken      = "aws:s3/bucketObjectv2:BucketObjectv2"
	repositoryToken  = "aws:ecr/repository:Repository"

	trustEC2 = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

type values = map[string]any

// fixture is a stack in an account of its own, on machines that only remember.
type fixture struct {
	*cloudtest.Stack
	t        *testing.T
	account  *account
	machines *cloudtest.Machines
	store    *state.Store
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "test")
	f := &fixture{t: t, machines: cloudtest.NewMachines(), store: state.Open(filepath.Join(dir, "state"))}
	f.account = newAccount(cloud.Env{
		Store: f.store, Machines: f.machines, Dir: dir, Subnet: netip.MustParsePrefix("198.18.0.0/16"),
		Account: "111122223333", Region: "us-east-1", Hosts: []string{"ssm.us-east-1.amazonaws.com"},
	})
	f.account.patience = 0
	f.Stack = cloudtest.New(t, f.account.provider(), map[string]string{"region": "us-east-1", "skipRegionValidation": "true"})
	return f
}

// network makes a VPC with a public subnet and a security group that lets visitors in and lets connections out to https.
func (f *fixture) network() {
	f.MustUp(vpcToken, "vpc", values{"cidrBlock": "10.20.0.0/16", "enableDnsHostnames": true})
	vpcID := f.Get("vpc").ID
	f.MustUp(subnetToken, "subnet", values{"vpcId": vpcID, "cidrBlock": "10.20.0.0/24", "availabilityZone": "us-east-1b"})
	f.MustUp(gatewayToken, "gateway", values{"vpcId": vpcID})
	f.MustUp(tableToken, "table", values{"vpcId": vpcID})
	f.MustUp(routeToken, "route", values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": f.Get("gateway").ID})
	f.MustUp(tableUseToken, "use", values{"subnetId": f.Get("subnet").ID, "routeTableId": f.Get("table").ID})
	f.MustUp(groupToken, "group", values{"vpcId": vpcID, "name": "web"})
	f.MustUp(ingressToken, "in-https", f.rule("tcp", 443, 443, "0.0.0.0/0"))
	f.MustUp(egressToken, "out-https", f.rule("tcp", 443, 443, "0.0.0.0/0"))
}

func (f *fixture) rule(protocol string, from, to int, peer string) values {
	return values{"securityGroupId": f.Get("group").ID, "ipProtocol": protocol, "fromPort": from, "toPort": to, "cidrIpv4": peer}
}

// card makes a network interface, with an Elastic IP on it.
func (f *fixture) card(name string) {
	f.MustUp(interfaceToken, name, values{"subnetId": f.Get("subnet").ID, "securityGroups": []any{f.Get("group").ID}})
	f.MustUp(addressToken, name+"-ip", values{"domain": "vpc"})
	f.MustUp(associationToken, name+"-ip-on", values{"allocationId": f.Get(name + "-ip").ID, "networkInterfaceId": f.Get(name).ID})
}

// identity makes a role with a profile.
func (f *fixture) identity() {
	f.MustUp(roleToken, "role", values{"name": "web", "assumeRolePolicy": trustEC2})
	f.MustUp(profileToken, "profile", values{"name": "web", "role": "web"})
}

// machine returns the arguments of an instance on a card, after making all that it needs.
func (f *fixture) machine() values {
	f.network()
	f.card("card")
	f.identity()
	return values{
		"ami": f.ami(), "instanceType": "t3.micro", "iamInstanceProfile": "web", "userData": "#!/bin/sh\necho one\n",
		"networkInterfaces": []any{values{"deviceIndex": 0, "networkInterfaceId": f.Get("card").ID}},
		"metadataOptions":   values{"httpTokens": "required", "httpPutResponseHopLimit": 1, "httpEndpoint": "enabled"},
		"rootBlockDevice":   values{"encrypted": true, "volumeType": "gp3", "volumeSize": 10},
		"tags":              values{"Name": "web"},
	}
}

func (f *fixture) ami() string {
	f.t.Helper()
	found, err := f.Call("aws:ec2/getAmi:getAmi", values{
		"owners": []any{"136693071363"}, "mostRecent": true,
		"filters": []any{values{"name": "name", "values": []any{"debian-13-amd64-*"}}},
	})
	require.NoError(f.t, err)
	return found["id"].(string)
}

// with returns arguments with some of them changed, or taken out by nil.
func with(args values, changes values) values {
	changed := values{}
	for k, v := range args {
		changed[k] = v
	}
	for k, v := range changes {
		if v == nil {
			delete(changed, k)
		} else {
			changed[k] = v
		}
	}
	return changed
}
