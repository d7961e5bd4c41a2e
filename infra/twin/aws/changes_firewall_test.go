package aws

import "crosscloud/infra/twin/cloud/cloudtest"

func securityGroupChanges(f *fixture) cloudtest.Kind {
	f.MustUp(vpcToken, "vpc", values{"cidrBlock": "10.20.0.0/16"})
	f.MustUp(vpcToken, "other", values{"cidrBlock": "10.30.0.0/16"})
	args := values{"vpcId": f.Get("vpc").ID, "name": "web", "description": "Visitors"}
	return cloudtest.Kind{Source: "ec2/vpc_security_group.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("name", "site"),
		cloudtest.Replaces("description", "Everybody"),
		cloudtest.Replaces("vpcId", f.Get("other").ID),
		cloudtest.InPlace("tags", some),
	}}
}

// ruleChanges are the same for both directions. EC2 changes all of a rule but its group and the type of its peer.
func ruleChanges(direction string) table {
	return func(f *fixture) cloudtest.Kind {
		f.network()
		f.MustUp(groupToken, "other", values{"vpcId": f.Get("vpc").ID, "name": "other"})
		return cloudtest.Kind{
			Source: "ec2/vpc_security_group_" + direction + "_rule.go", Args: f.rule("tcp", 8080, 8081, "192.0.2.0/24"),
			Changes: []cloudtest.Change{
				cloudtest.Replaces("securityGroupId", f.Get("other").ID),
				cloudtest.InPlace("description", "the office"),
				cloudtest.InPlace("ipProtocol", "udp"),
				cloudtest.Ignored("ipProtocol", "6").When("by its number"),
				cloudtest.InPlace("fromPort", 80),
				cloudtest.InPlace("toPort", 8090),
				cloudtest.InPlace("cidrIpv4", "198.51.100.0/24"),
				cloudtest.Replaces("cidrIpv4", nil).And("cidrIpv6", "2001:db8::/32").When("to IPv6"),
				cloudtest.InPlace("cidrIpv6", "2001:db8:1::/48").From("2001:db8::/32").With("cidrIpv4", nil),
				cloudtest.Replaces("cidrIpv6", nil).From("2001:db8::/32").With("cidrIpv4", nil).And("cidrIpv4", "192.0.2.0/24").When("to IPv4"),
				cloudtest.InPlace("tags", some),
			},
		}
	}
}
