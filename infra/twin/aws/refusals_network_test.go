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
	lonely := f.MustUp(interfaceToken, "lonely", values{"subnetId": f.Get("far").ID, "securityGroups": []any{f.Get("foreign").ID}}).ID
	tiny := f.MustUp(subnetToken, "tiny", values{"vpcId": f.Get("vpc").ID, "cidrBlock": "10.20.8.0/28"}).ID
	var groups []any
	for i := range 6 {
		name := fmt.Sprint("group", i)
		groups = append(groups, f.MustUp(groupToken, name, values{"vpcId": f.Get("vpc").ID, "name": name}).ID)
	}
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
	empty := func(token string, args values) func() error {
		return func() error {
			_, err := f.Up(token, "empty", args)
			return err
		}
	}
	const zones = motoEC2
	return []refused{
		{"vpc not a range", upstream + "ec2/vpc_.go", vpcToken, values{"cidrBlock": "10.0.0.0"}, nil, "", "to contain a valid Value, got: 10.0.0.0 with err: invalid CIDR address"},
		{"vpc with host bits", upstream + "ec2/vpc_.go", vpcToken, values{"cidrBlock": "10.0.0.1/16"}, nil, "", "to contain a valid network Value, expected 10.0.0.0/16, got 10.0.0.1/16"},
		{"vpc of /15", upstream + "ec2/vpc_.go", vpcToken, values{"cidrBlock": "10.0.0.0/15"}, nil, "", "between 16 and 28 significant bits, got: 15"},
		{"vpc of /29", upstream + "ec2/vpc_.go", vpcToken, values{"cidrBlock": "10.0.0.0/29"}, nil, "", "between 16 and 28 significant bits, got: 29"},
		{"vpc of nothing", upstream + "ec2/vpc_.go", "", nil, empty(vpcToken, values{"cidrBlock": ""}), "", "invalid CIDR address"},

		{"subnet of nothing", upstream + "ec2/vpc_subnet.go", "", nil, empty(subnetToken, subnetOf(vpcID, "")), "", `"" is not a valid CIDR block: invalid CIDR address`},
		{"subnet in no vpc", ec2Errors, subnetToken, subnetOf("vpc-0", "10.20.1.0/24"), nil, "InvalidVpcID.NotFound", anyWords},
		{"subnet with host bits", upstream + "ec2/vpc_subnet.go", subnetToken, subnetOf(vpcID, "10.20.1.7/24"), nil, "", `did you mean "10.20.1.0/24"?`},
		{"subnet outside the vpc", motoEC2, subnetToken, subnetOf(vpcID, "10.21.0.0/24"), nil, "InvalidSubnet.Range", "The CIDR '10.21.0.0/24' is invalid."},
		{"subnet larger than the vpc", motoEC2, subnetToken, subnetOf(f.Get("other").ID, "10.30.0.0/16"), nil, "InvalidSubnet.Range", "The CIDR '10.30.0.0/16' is invalid."},
		{"subnets that overlap", motoEC2, subnetToken, subnetOf(vpcID, "10.20.0.128/25"), nil, "InvalidSubnet.Conflict", "The CIDR '10.20.0.128/25' conflicts with another subnet"},
		{"subnet of /29", vpcGuide + "subnet-sizing.html", subnetToken, subnetOf(vpcID, "10.20.9.0/29"), nil, "InvalidSubnet.Range", anyWords},
		{"zone of another region", zones, subnetToken, inZone("eu-west-1a"), nil, "InvalidParameterValue", "Value (eu-west-1a) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a"},
		{"unknown zone", zones, subnetToken, inZone("us-east-1z"), nil, "InvalidParameterValue", "Value (us-east-1z) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a"},

		{"second gateway", ec2API + "API_AttachInternetGateway.html", gatewayToken, values{"vpcId": vpcID}, nil, "InvalidParameterValue", anyWords},
		{"route to nothing", upstream + "ec2/vpc_route.go", "", nil, empty(routeToken, route("", f.Get("gateway").ID)), "", `"" is not a valid CIDR block: invalid CIDR address`},
		{"route twice", motoEC2, routeToken, route("0.0.0.0/0", f.Get("gateway").ID), nil, "RouteAlreadyExists", "The route identified by 0.0.0.0/0 already exists"},
		{"route to no gateway", ec2Errors, routeToken, route("1.0.0.0/8", "igw-0"), nil, "InvalidGatewayID.NotFound", anyWords},
		{"route to a loose gateway", ec2API + "API_CreateRoute.html", routeToken, route("1.0.0.0/8", f.Get("loose").ID), nil, "InvalidParameterValue", anyWords},
		{"route inside the vpc", vpcGuide + "subnet-route-tables.html", routeToken, route("10.20.7.0/24", f.Get("gateway").ID), nil, "InvalidParameterValue", anyWords},
		{"table used twice", provider + "route_table_association", tableUseToken, values{"subnetId": subnetID, "routeTableId": f.Get("table").ID}, nil, "Resource.AlreadyAssociated", "the specified association for route table " + f.Get("table").ID + " conflicts with an existing association"},
		{"table of another vpc", ec2API + "API_AssociateRouteTable.html", tableUseToken, values{"subnetId": f.Get("far").ID, "routeTableId": f.Get("table").ID}, nil, "InvalidParameterValue", anyWords},

		{"group twice", motoEC2, groupToken, values{"vpcId": vpcID, "name": "web"}, nil, "InvalidGroup.Duplicate", "The security group 'web' already exists"},
		{"group like an id", upstream + "ec2/vpc_security_group.go", groupToken, values{"vpcId": vpcID, "name": "sg-web"}, nil, "", "cannot begin with sg-"},
		{"group with bad text", github + "cds-snc/notification-terraform/pull/561", groupToken, values{"vpcId": vpcID, "name": "new", "description": "it's"}, nil, "InvalidParameterValue",
			"Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"},
		{"group with foreign text", github + "hashicorp/terraform-provider-aws/pull/43854", groupToken, values{"vpcId": vpcID, "name": "new", "description": "Gruß"}, nil, "InvalidParameterValue",
			"Value (Gruß) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported."},

		{"card in no subnet", motoEC2, interfaceToken, cardIn("subnet-0", group), nil, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-0' does not exist"},
		{"card in no group", motoEC2, interfaceToken, cardIn(subnetID, "sg-0"), nil, "InvalidGroup.NotFound", "The security group 'sg-0' does not exist"},
		{"card of two networks", ec2Errors, interfaceToken, cardIn(subnetID, f.Get("foreign").ID), nil, "InvalidParameter", anyWords},
		{"card in six groups", ec2Errors, interfaceToken, cardIn(subnetID, groups...), nil, "SecurityGroupsPerInterfaceLimitExceeded", anyWords},

		{"address of another region", github + "hashicorp/terraform/issues/6970", associationToken, onto("eipalloc-0123456789abcdef0", card), nil, "InvalidAllocationID.NotFound", "The allocation ID 'eipalloc-0123456789abcdef0' does not exist"},
		{"address on no card", ec2Errors, associationToken, onto(f.Get("card-ip").ID, "eni-0"), nil, "InvalidNetworkInterfaceID.NotFound", anyWords},
		{"address without a way", ec2Errors, associationToken, onto(f.Get("card-ip").ID, lonely), nil, "Gateway.NotAttached", anyWords},
		{"a full subnet", ec2Errors, "", nil, func() (err error) {
			for i := 0; i < 12 && err == nil; i++ { // 16 addresses without EC2's own five
				_, err = f.Up(interfaceToken, fmt.Sprint("full", i), cardIn(tiny, group))
			}
			return err
		}, "InsufficientFreeAddressesInSubnet", anyWords},
		{"a sixth address", github + "okd-project/okd/issues/80", "", nil, func() (err error) {
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
	const twice = github + "terraform-aws-modules/terraform-aws-security-group/issues/351"
	const same = `the specified rule "peer: 0.0.0.0/0, TCP, from port: 443, to port: 443, ALLOW" already exists`
	const checks = upstream + "ec2/vpc_security_group_ingress_rule.go"
	return []refused{
		{"no group", motoEC2, ingressToken, rule(values{"securityGroupId": "sg-0"}), nil, "InvalidGroup.NotFound", "The security group 'sg-0' does not exist"},
		{"protocol typo", github + "hashicorp/terraform-provider-aws/issues/1793", ingressToken, rule(values{"ipProtocol": "tpc"}), nil, "InvalidParameterValue", "Invalid value 'tpc' for IP protocol. Unknown protocol."},
		{"host bits", checks, ingressToken, rule(values{"cidrIpv4": "10.0.0.1/8"}), nil, "", `did you mean "10.0.0.0/8"?`},
		{"address without length", checks, ingressToken, rule(values{"cidrIpv4": "10.0.0.1"}), nil, "", "invalid CIDR address: 10.0.0.1"},
		{"two peers", checks, ingressToken, rule(values{"cidrIpv6": "::/0"}), nil, "", `only one of ["cidrIpv4" "cidrIpv6"] can be specified`},
		{"no peer", checks, ingressToken, rule(values{"cidrIpv4": nil}), nil, "", `one of ["cidrIpv4" "cidrIpv6"] must be specified`},
		{"empty peer", checks, "", nil, func() error {
			_, err := f.Up(ingressToken, "empty-peer", rule(values{"cidrIpv4": ""}))
			return err
		}, "", `"" is not a valid CIDR block: invalid CIDR address`},
		{"peer that becomes empty", checks, "", nil, func() error {
			f.MustUp(ingressToken, "emptied", rule(values{"toPort": 444}))
			_, err := f.Up(ingressToken, "emptied", rule(values{"toPort": 444, "cidrIpv4": ""}))
			return err
		}, "", `"" is not a valid CIDR block: invalid CIDR address`},
		{"port 70000", checks, ingressToken, rule(values{"toPort": 70000}), nil, "", "value must be between -1 and 65535, got: 70000"},
		{"ports the wrong way round", ec2API + "API_IpPermission.html", ingressToken, rule(values{"fromPort": 443, "toPort": 80}), nil, "InvalidParameterValue", anyWords},
		{"port -1", github + "boto/boto3/issues/336", ingressToken, rule(values{"fromPort": -1, "toPort": -1}), nil, "InvalidPermission.Malformed", "TCP/UDP port (-1) out of range"},
		{"no port", github + "aws/aws-sdk-go-v2/issues/1203", ingressToken, rule(values{"fromPort": nil, "toPort": nil}), nil, "InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."},
		{"duplicate", twice, ingressToken, rule(nil), nil, "InvalidPermission.Duplicate", same},
		{"duplicate by number", twice, ingressToken, rule(values{"ipProtocol": "6"}), nil, "InvalidPermission.Duplicate", same},
		{"description", github + "agentic-community/mcp-gateway-registry/pull/1728", ingressToken, rule(values{"description": "visitors' way in"}), nil, "InvalidParameterValue",
			"Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"},
		{"61 rules", ec2Errors, "", nil, func() (err error) {
			for port := 1000; port < 1000+maxRules && err == nil; port++ { // the group has one
				_, err = f.Up(ingressToken, fmt.Sprint("rule", port), f.rule("tcp", port, port, "0.0.0.0/0"))
			}
			return err
		}, "RulesPerSecurityGroupLimitExceeded", anyWords},
		{"long description", ec2API + "API_IpRange.html", ingressToken, rule(values{"description": strings.Repeat("d", 256)}), nil, "InvalidParameterValue", anyWords},
	}
}

func refusedInUse(f *fixture) []refused {
	args := f.machine()
	f.MustUp(instanceToken, "web", args)
	gone := func(name string) func() error { return func() error { return f.Destroy(name) } }
	return []refused{
		{"vpc", github + "gruntwork-io/cloud-nuke/issues/345", "", nil, gone("vpc"), "DependencyViolation", "The vpc '" + f.Get("vpc").ID + "' has dependencies and cannot be deleted."},
		{"subnet", github + "terraform-aws-modules/terraform-aws-vpc/issues/1081", "", nil, gone("subnet"), "DependencyViolation", "The subnet '" + f.Get("subnet").ID + "' has dependencies and cannot be deleted."},
		{"gateway", github + "gruntwork-io/cloud-nuke/pull/591", "", nil, gone("gateway"), "DependencyViolation", "Network " + f.Get("vpc").ID + " has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."},
		{"route table", ec2Errors, "", nil, gone("table"), "DependencyViolation", anyWords},
		{"security group", github + "lianghong/delete_vpc/issues/10", "", nil, gone("group"), "DependencyViolation", "resource " + f.Get("group").ID + " has a dependent object"},
		{"card", github + "gruntwork-io/cloud-nuke/pull/1132", "", nil, gone("card"), "InvalidParameterValue", "Network interface '" + f.Get("card").ID + "' is currently in use."},
		{"address", ec2API + "API_ReleaseAddress.html", "", nil, gone("card-ip"), "InvalidIPAddress.InUse", anyWords},
		{"role in a profile", motoIAM, "", nil, gone("role"), "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first."},
		{"card attached twice", github + "hashicorp/terraform-provider-aws/issues/27513", instanceToken, args, nil, "InvalidNetworkInterface.InUse", "Interface: [" + f.Get("card").ID + "] in use."},
	}
}
