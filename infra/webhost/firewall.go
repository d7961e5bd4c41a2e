package webhost

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const anywhere = "0.0.0.0/0"

type walls struct {
	group *ec2.SecurityGroup
	rules []pulumi.Resource
}

// opening is one TCP port, open to or from one range.
type opening struct {
	name, why string
	port      int
	peer      pulumi.StringInput
}

// ingress lists who may connect: visitors, and administrators where any may log in. Port 80 only redirects.
func (d declarer) ingress() []opening {
	list := []opening{
		{"in-https", "visitors", 443, pulumi.String(anywhere)},
		{"in-http", "visitors who are then redirected to https", 80, pulumi.String(anywhere)},
	}
	for _, admins := range d.args.SSHFrom {
		list = append(list, opening{"in-ssh-" + admins.String(), "administrators", 22, pulumi.String(admins.String())})
	}
	return list
}

// egress lists where the machine may connect to: HTTPS for AWS's interfaces, HTTP for Debian's archive (whose
// packages are signed), the database. Name resolution and time have no entry, as security groups do not apply to the
// VPC's resolver (10.20.0.2) and to the time service (169.254.169.123): "Control traffic to your AWS resources using
// security groups", Amazon VPC User Guide.
func (d declarer) egress() []opening {
	return []opening{
		{"out-https", "AWS interfaces, registry", 443, pulumi.String(anywhere)},
		{"out-http", "package archive", 80, pulumi.String(anywhere)},
		{"out-postgres", "the database and nothing else", databasePort, pulumi.Sprintf("%s/32", d.args.DatabaseAddress)},
	}
}

// firewall declares the security group and its rules. Rules are resources of their own: rules inside the group would
// be rewritten as a whole at every change, closing ports for a moment.
func (d declarer) firewall(in network) (walls, error) {
	group, err := ec2.NewSecurityGroup(d.ctx, d.name, &ec2.SecurityGroupArgs{
		Name:        pulumi.String(d.args.Name + "-web"),
		VpcId:       in.vpc.ID(),
		Description: pulumi.String("The web host: http and https in, the database and updates out"),
		Tags:        d.tags("web"),
	}, d.parent)
	if err != nil {
		return walls{}, err
	}
	built := walls{group: group}
	for _, open := range d.ingress() {
		rule, err := vpc.NewSecurityGroupIngressRule(d.ctx, d.name+"-"+open.name, &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: group.ID(),
			Description:     pulumi.String(open.why),
			IpProtocol:      pulumi.String("tcp"),
			FromPort:        pulumi.Int(open.port),
			ToPort:          pulumi.Int(open.port),
			CidrIpv4:        open.peer,
			Tags:            d.tags(open.name),
		}, d.parent)
		if err != nil {
			return walls{}, fmt.Errorf("rule %s: %w", open.name, err)
		}
		built.rules = append(built.rules, rule)
	}
	for _, open := range d.egress() {
		rule, err := vpc.NewSecurityGroupEgressRule(d.ctx, d.name+"-"+open.name, &vpc.SecurityGroupEgressRuleArgs{
			SecurityGroupId: group.ID(),
			Description:     pulumi.String(open.why),
			IpProtocol:      pulumi.String("tcp"),
			FromPort:        pulumi.Int(open.port),
			ToPort:          pulumi.Int(open.port),
			CidrIpv4:        open.peer.ToStringOutput().ToStringPtrOutput(),
			Tags:            d.tags(open.name),
		}, d.parent)
		if err != nil {
			return walls{}, fmt.Errorf("rule %s: %w", open.name, err)
		}
		built.rules = append(built.rules, rule)
	}
	return built, nil
}
