package aws

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
)

func vpcChanges(*fixture) cloudtest.Kind {
	return cloudtest.Kind{Source: "ec2/vpc_.go", Args: values{"cidrBlock": "10.20.0.0/16"}, Changes: []cloudtest.Change{
		cloudtest.Replaces("cidrBlock", "10.30.0.0/16"),
		cloudtest.InPlace("enableDnsSupport", false),
		cloudtest.InPlace("enableDnsHostnames", true),
		cloudtest.Ignored("enableDnsHostnames", nil).From(true).When("no longer given"),
		cloudtest.InPlace("tags", some),
	}}
}

func subnetChanges(f *fixture) cloudtest.Kind {
	// Two subnets can't have the same range, so a replacement of the same range needs this option.
	f.DeleteBeforeReplace = new(true)
	f.MustUp(vpcToken, "vpc", values{"cidrBlock": "10.20.0.0/16"})
	f.MustUp(vpcToken, "other", values{"cidrBlock": "10.20.0.0/16"})
	args := values{"vpcId": f.Get("vpc").ID, "cidrBlock": "10.20.0.0/24", "availabilityZone": "us-east-1b"}
	return cloudtest.Kind{Source: "ec2/vpc_subnet.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("vpcId", f.Get("other").ID),
		cloudtest.Replaces("cidrBlock", "10.20.1.0/24"),
		cloudtest.Replaces("availabilityZone", "us-east-1c"),
		cloudtest.Ignored("availabilityZone", nil).When("no longer given"),
		cloudtest.Refused("mapPublicIpOnLaunch", true, "the twin has public addresses only as Elastic IPs"),
		cloudtest.InPlace("tags", some),
	}}
}

func gatewayChanges(f *fixture) cloudtest.Kind {
	f.MustUp(vpcToken, "vpc", values{"cidrBlock": "10.20.0.0/16"})
	f.MustUp(vpcToken, "other", values{"cidrBlock": "10.30.0.0/16"})
	return cloudtest.Kind{Source: "ec2/vpc_internet_gateway.go", Args: values{"vpcId": f.Get("vpc").ID}, Changes: []cloudtest.Change{
		cloudtest.InPlace("vpcId", f.Get("other").ID),
		cloudtest.Ignored("vpcId", nil).When("no longer given"),
		cloudtest.InPlace("tags", some),
	}}
}

func routeTableChanges(f *fixture) cloudtest.Kind {
	f.MustUp(vpcToken, "vpc", values{"cidrBlock": "10.20.0.0/16"})
	f.MustUp(vpcToken, "other", values{"cidrBlock": "10.30.0.0/16"})
	return cloudtest.Kind{Source: "ec2/vpc_route_table.go", Args: values{"vpcId": f.Get("vpc").ID}, Changes: []cloudtest.Change{
		cloudtest.Replaces("vpcId", f.Get("other").ID),
		cloudtest.InPlace("tags", some),
	}}
}

func routeTableAssociationChanges(f *fixture) cloudtest.Kind {
	f.network()
	vpcID := f.Get("vpc").ID
	f.MustUp(tableToken, "second table", values{"vpcId": vpcID})
	f.MustUp(subnetToken, "second", values{"vpcId": vpcID, "cidrBlock": "10.20.1.0/24"})
	f.MustUp(subnetToken, "third", values{"vpcId": vpcID, "cidrBlock": "10.20.2.0/24"})
	args := values{"subnetId": f.Get("second").ID, "routeTableId": f.Get("table").ID}
	return cloudtest.Kind{Source: "ec2/vpc_route_table_association.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("subnetId", f.Get("third").ID),
		cloudtest.InPlace("routeTableId", f.Get("second table").ID),
	}}
}

func routeChanges(f *fixture) cloudtest.Kind {
	f.network()
	f.MustUp(tableToken, "second table", values{"vpcId": f.Get("vpc").ID})
	f.MustUp(gatewayToken, "loose", values{})
	args := values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "8.0.0.0/8", "gatewayId": f.Get("gateway").ID}
	return cloudtest.Kind{Source: "ec2/vpc_route.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("routeTableId", f.Get("second table").ID),
		cloudtest.Replaces("destinationCidrBlock", "9.0.0.0/8"),
		// A VPC has one gateway at a time: TestARouteTurnsToAnotherGateway changes it.
		cloudtest.Refused("gatewayId", f.Get("loose").ID, "belong to different networks"),
	}}
}

func TestARouteTurnsToAnotherGateway(t *testing.T) {
	f := newFixture(t)
	f.network()
	f.MustUp(vpcToken, "other", values{"cidrBlock": "10.30.0.0/16"})
	f.MustUp(gatewayToken, "gateway", values{"vpcId": f.Get("other").ID})
	f.MustUp(gatewayToken, "new", values{"vpcId": f.Get("vpc").ID})
	before := f.Get("route").ID
	after := f.MustUp(routeToken, "route", values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": f.Get("new").ID})
	assert.Equal(t, cloudtest.Updated, after.Change)
	assert.Equal(t, before, after.ID)
	require.True(t, f.Refresh("route"))
	assert.Equal(t, f.Get("new").ID, f.Get("route").Output("gatewayId"))
	assert.Equal(t, "active", f.Get("route").Output("state"))
}

func networkInterfaceChanges(f *fixture) cloudtest.Kind {
	f.network()
	f.MustUp(subnetToken, "second", values{"vpcId": f.Get("vpc").ID, "cidrBlock": "10.20.1.0/24"})
	f.MustUp(groupToken, "other", values{"vpcId": f.Get("vpc").ID, "name": "other"})
	args := values{"subnetId": f.Get("subnet").ID, "securityGroups": []any{f.Get("group").ID}}
	return cloudtest.Kind{Source: "ec2/vpc_network_interface.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("subnetId", f.Get("second").ID),
		cloudtest.InPlace("securityGroups", []any{f.Get("group").ID, f.Get("other").ID}),
		cloudtest.InPlace("description", "the web host's"),
		cloudtest.InPlace("tags", some),
	}}
}

func addressChanges(*fixture) cloudtest.Kind {
	return cloudtest.Kind{Source: "ec2/ec2_eip.go", Args: values{}, Changes: []cloudtest.Change{
		cloudtest.Ignored("domain", "vpc").When("spelt out"),
		cloudtest.Refused("domain", "standard", "expected domain to be one of"),
		cloudtest.InPlace("tags", some),
	}}
}

func addressAssociationChanges(f *fixture) cloudtest.Kind {
	f.network()
	f.card("card")
	f.card("second")
	f.MustUp(addressToken, "free", values{})
	args := values{"allocationId": f.Get("card-ip").ID, "networkInterfaceId": f.Get("card").ID}
	return cloudtest.Kind{Source: "ec2/ec2_eip_association.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("allocationId", f.Get("free").ID),
		cloudtest.Replaces("networkInterfaceId", f.Get("second").ID),
		cloudtest.Ignored("allowReassociation", false).When("spelt out"),
		cloudtest.Replaces("allowReassociation", true),
	}}
}
