package aws

import (
	"fmt"
	"strings"
)

func refusedNetwork(f *fixture) []refused {
	f.network()
	f.card("card")
	f.MustUp(vpcToken, "other", values{"cidrBlock": "10.30.0.0/17"})
	f.MustUp(groupToken, "foreign", values{"vpcId": f.Get("other").ID, "name": "foreign"})
	f.MustUp(subnetToken, "far", values{"vpcId": f.Get("other").ID, "cidrBlock": "10.30.1.0/24"})
	f.MustUp(gatewayToken, "loose", values{})
	vpcID, subnetID, group, card := f.Get("vpc").ID, f.Get("subnet").ID, f.Get("group").ID, f.Get("card").ID
	subnetOf := func(vpcID, block string) values { return values{"vpcId": vpcID, "cidrBlock": block} }
	inZone := func(zone string) values {
		return with(subnetOf(vpcID, "10.20.9.0/24"), values{"availabilityZone": zone})
	}
	route := func(to, gateway string) values {
		return values{"routeTableId": f.Get("table").ID, "destinationCidrBlock": to, "gatewayId": gateway}
	}
	cardIn := func(subnet string, groups ...any) values { return values{"subnetId": subnet, "securityGroups": groups} }
	onto := func(allocation, card string) values {
		return values{"allocationId": allocation, "networkInterfaceId": card}
	}
	zones := ec2API + "API_CreateSubnet.html"
	return []refused{
		{"vpc not a range", provider + "vpc", vpcToken, values{"cidrBlock": "10.0.0.0"}, nil, "", "invalid CIDR address: 10.0.0.0"},
		{"vpc with host bits", ec2API + "API_CreateVpc.html", vpcToken, values{"cidrBlock": "10.0.0.1/16"}, nil, "", `did you mean "10.0.0.0/16"?`},
		{"vpc of /15", vpcGuide + "vpc-cidr-blocks.html", vpcToken, values{"cidrBlock": "10.0.0.0/15"}, nil, "", "between 16 and 28 significant bits, got: 15"},
		{"vpc of /29", vpcGuide + "vpc-cidr-blocks.html", vpcToken, values{"cidrBlock": "10.0.0.0/29"}, nil, "", "between 16 and 28 significant bits, got: 29"},

		{"subnet in no vpc", ec2Errors, subnetToken, subnetOf("vpc-0", "10.20.1.0/24"), nil, "InvalidVpcID.NotFound", "The vpc ID 'vpc-0' does not exist"},
		{"subnet with host bits", ec2API + "API_CreateSubnet.html", subnetToken, subnetOf(vpcID, "10.20.1.7/24"), nil, "", `did you mean "10.20.1.0/24"?`},
		{"subnet outside the vpc", ec2Errors, subnetToken, subnetOf(vpcID, "10.21.0.0/24"), nil, "InvalidSubnet.Range", "The CIDR '10.21.0.0/24' is invalid."},
		{"subnet larger than the vpc", ec2Errors, subnetToken, subnetOf(f.Get("other").ID, "10.30.0.0/16"), nil, "InvalidSubnet.Range", "The CIDR '10.30.0.0/16' is invalid."},
		{"subnets that overlap", ec2Errors, subnetToken, subnetOf(vpcID, "10.20.0.128/25"), nil, "InvalidSubnet.Conflict", "The CIDR '10.20.0.128/25' conflicts with another subnet"},
		{"subnet of /29", vpcGuide + "subnet-sizing.html", subnetToken, subnetOf(vpcID, "10.20.9.0/29"), nil, "", "between 16 and 28 significant bits, got: 29"},
		{"zone of another region", zones, subnetToken, inZone("eu-west-1a"), nil, "InvalidParameterValue", "Value (eu-west-1a) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a"},
		{"unknown zone", zones, subnetToken, inZone("us-east-1z"), nil, "InvalidParameterValue", "Value (us-east-1z) for parameter availabilityZone is invalid."},

		{"second gateway", ec2API + "API_AttachInternetGateway.html", gatewayToken, values{"vpcId": vpcID}, nil, "InvalidParameterValue", "already has an internet gateway attached"},
		{"route twice", ec2Errors, routeToken, route("0.0.0.0/0", f.Get("gateway").ID), nil, "RouteAlreadyExists", "The route identified by 0.0.0.0/0 already exists."},
		{"route to no gateway", ec2Errors, routeToken, route("1.0.0.0/8", "igw-0"), nil, "InvalidGatewayID.NotFound", "The gateway ID 'igw-0' does not exist"},
		{"route to a loose gateway", ec2API + "API_CreateRoute.html", routeToken, route("1.0.0.0/8", f.Get("loose").ID), nil, "InvalidParameterValue", "belong to different networks"},
		{"route inside the vpc", vpcGuide + "subnet-route-tables.html", routeToken, route("10.20.7.0/24", f.Get("gateway").ID), nil, "InvalidParameterValue", "equal to or more specific than one of this VPC's CIDR blocks"},
		{"table used twice", ec2Errors, tableUseToken, values{"subnetId": subnetID, "routeTableId": f.Get("table").ID}, nil, "Resource.AlreadyAssociated", "conflicts with an existing association"},
		{"table of another vpc", ec2API + "API_AssociateRouteTable.html", tableUseToken, values{"subnetId": f.Get("far").ID, "routeTableId": f.Get("table").ID}, nil, "InvalidParameterValue", "belong to different networks"},

		{"group twice", ec2Errors, groupToken, values{"vpcId": vpcID, "name": "web"}, nil, "InvalidGroup.Duplicate", "The security group 'web' already exists for VPC '" + vpcID + "'"},
		{"group like an id", ec2API + "API_CreateSecurityGroup.html", groupToken, values{"vpcId": vpcID, "name": "sg-web"}, nil, "", "cannot begin with sg-"},
		{"group with bad text", ec2API + "API_CreateSecurityGroup.html", groupToken, values{"vpcId": vpcID, "name": "web", "description": "it's"}, nil, "", "description doesn't comply with restrictions"},

		{"card in no subnet", ec2Errors, interfaceToken, cardIn("subnet-0", group), nil, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-0' does not exist"},
		{"card in no group", ec2Errors, interfaceToken, cardIn(subnetID, "sg-0"), nil, "InvalidGroup.NotFound", "The security group 'sg-0' does not exist"},
		{"card of two networks", ec2Errors, interfaceToken, cardIn(subnetID, f.Get("foreign").ID), nil, "InvalidParameter", "You have specified two resources that belong to different networks."},
		{"card in six groups", ec2Errors, interfaceToken, cardIn(subnetID, group, group, group, group, group, group), nil, "SecurityGroupsPerInterfaceLimitExceeded", "maximum number of security groups per interface"},

		{"address of another region", ec2Errors, associationToken, onto("eipalloc-0123456789abcdef0", card), nil, "InvalidAllocationID.NotFound", "The allocation ID 'eipalloc-0123456789abcdef0' does not exist"},
		{"address on no card", ec2Errors, associationToken, onto(f.Get("card-ip").ID, "eni-0"), nil, "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID 'eni-0' does not exist"},
		{"a sixth address", vpcGuide + "amazon-vpc-limits.html", "", nil, func() (err error) {
			for i := 0; i < maxAddresses && err == nil; i++ { // the card has one
				_, err = f.Up(addressToken, fmt.Sprint("more", i), values{})
			}
			return err
		}, "AddressLimitExceeded", "The maximum number of addresses has been reached."},
	}
}

func refusedRules(f *fixture) []refused {
	f.network()
	rule := func(changes values) values { return with(f.rule("tcp", 443, 443, "0.0.0.0/0"), changes) }
	docs := provider + "vpc_security_group_ingress_rule"
	return []refused{
		{"no group", ec2Errors, ingressToken, rule(values{"securityGroupId": "sg-0"}), nil, "InvalidGroup.NotFound", "The security group 'sg-0' does not exist"},
		{"protocol typo", ec2API + "API_IpPermission.html", ingressToken, rule(values{"ipProtocol": "tpc"}), nil, "InvalidParameterValue", "Invalid value 'tpc' for IP protocol. Unknown protocol."},
		{"host bits", docs, ingressToken, rule(values{"cidrIpv4": "10.0.0.1/8"}), nil, "", `did you mean "10.0.0.0/8"?`},
		{"address without length", docs, ingressToken, rule(values{"cidrIpv4": "10.0.0.1"}), nil, "", "invalid CIDR address: 10.0.0.1"},
		{"two peers", docs, ingressToken, rule(values{"cidrIpv6": "::/0"}), nil, "", "only one of cidrIpv4 and cidrIpv6"},
		{"port 70000", docs, ingressToken, rule(values{"toPort": 70000}), nil, "", "value must be between -1 and 65535, got: 70000"},
		{"ports the wrong way round", ec2API + "API_IpPermission.html", ingressToken, rule(values{"fromPort": 443, "toPort": 80}), nil, "InvalidParameterValue", "from 443 to 80"},
		{"no port", ec2API + "API_IpPermission.html", ingressToken, rule(values{"fromPort": nil, "toPort": nil}), nil, "InvalidParameterValue", "Must specify both from and to ports with TCP/UDP"},
		{"duplicate", ec2Errors, ingressToken, rule(nil), nil, "InvalidPermission.Duplicate", "already exists"},
		{"duplicate by number", ec2Errors, ingressToken, rule(values{"ipProtocol": "6"}), nil, "InvalidPermission.Duplicate", "already exists"},
		{"description", ec2API + "API_IpRange.html", ingressToken, rule(values{"description": "visitors' way in"}), nil, "", "Invalid rule description"},
	}
}

func refusedInUse(f *fixture) []refused {
	args := f.machine()
	f.MustUp(instanceToken, "web", args)
	gone := func(name string) func() error { return func() error { return f.Destroy(name) } }
	return []refused{
		{"vpc", ec2Errors, "", nil, gone("vpc"), "DependencyViolation", "The vpc '" + f.Get("vpc").ID + "' has dependencies and cannot be deleted."},
		{"subnet", ec2Errors, "", nil, gone("subnet"), "DependencyViolation", "The subnet '" + f.Get("subnet").ID + "' has dependencies and cannot be deleted."},
		{"gateway", ec2Errors, "", nil, gone("gateway"), "DependencyViolation", "Network " + f.Get("vpc").ID + " has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."},
		{"route table", ec2Errors, "", nil, gone("table"), "DependencyViolation", "has dependencies and cannot be deleted."},
		{"security group", ec2Errors, "", nil, gone("group"), "DependencyViolation", "resource " + f.Get("group").ID + " has a dependent object"},
		{"card", ec2Errors, "", nil, gone("card"), "InvalidNetworkInterface.InUse", "Interface: [" + f.Get("card").ID + "] in use."},
		{"address", ec2Errors, "", nil, gone("card-ip"), "InvalidIPAddress.InUse", "Address 198.18.16.1 is in use."},
		{"role in a profile", iamAPI + "API_DeleteRole.html", "", nil, gone("role"), "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."},
		{"card attached twice", ec2Errors, instanceToken, args, nil, "InvalidNetworkInterface.InUse", "Interface: [" + f.Get("card").ID + "] in use."},
	}
}

func refusedTags(*fixture) []refused {
	tagged := func(tags values) values { return values{"cidrBlock": "10.0.0.0/16", "tags": tags} }
	limits := ec2Guide + "Using_Tags.html"
	return []refused{
		{"51 tags", ec2Errors, vpcToken, tagged(manyTags(51)), nil, "TagLimitExceeded", "The maximum number of Tags for a resource has been reached."},
		{"key of 129 characters", limits, vpcToken, tagged(values{strings.Repeat("k", 129): "v"}), nil, "InvalidParameterValue", "Tag key exceeds the maximum length of 128 characters"},
		{"value of 257 characters", limits, vpcToken, tagged(values{"k": strings.Repeat("v", 257)}), nil, "InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters"},
		{"AWS's own key", limits, vpcToken, tagged(values{"aws:x": "y"}), nil, "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"},
		{"AWS's own key in capitals", limits, vpcToken, tagged(values{"AWS:x": "y"}), nil, "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"},
	}
}
