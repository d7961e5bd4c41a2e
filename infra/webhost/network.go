package webhost

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Private ranges; nothing is peered with this VPC, so any would do. AWS takes /28 to /16 and keeps five addresses of
// each subnet.
const (
	vpcRange    = "10.20.0.0/16"
	subnetRange = "10.20.0.0/24"
)

type network struct {
	vpc    *ec2.Vpc
	subnet *ec2.Subnet
	route  *ec2.RouteTableAssociation // the subnet reaches the internet once this exists
}

// network declares a VPC with one public subnet. It has no IPv6, so no rule needs an IPv6 twin.
func (d declarer) network() (network, error) {
	vpc, err := ec2.NewVpc(d.ctx, d.name, &ec2.VpcArgs{
		CidrBlock:          pulumi.String(vpcRange),
		EnableDnsSupport:   pulumi.Bool(true),
		EnableDnsHostnames: pulumi.Bool(true),
		Tags:               d.tags("vpc"),
	}, d.parent)
	if err != nil {
		return network{}, err
	}
	subnet, err := ec2.NewSubnet(d.ctx, d.name, &ec2.SubnetArgs{
		VpcId:            vpc.ID(),
		CidrBlock:        pulumi.String(subnetRange),
		AvailabilityZone: pulumi.String(d.args.Zone),
		// The one machine in it has the reserved address; a second public address would be an unlisted one.
		MapPublicIpOnLaunch: pulumi.Bool(false),
		Tags:                d.tags("subnet"),
		// A subnet in another zone has the same range, and the card in it the same Elastic IP: the old ones go first.
	}, d.parent, pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return network{}, err
	}
	gateway, err := ec2.NewInternetGateway(d.ctx, d.name, &ec2.InternetGatewayArgs{
		VpcId: vpc.ID(),
		Tags:  d.tags("gateway"),
	}, d.parent)
	if err != nil {
		return network{}, err
	}
	table, err := ec2.NewRouteTable(d.ctx, d.name, &ec2.RouteTableArgs{
		VpcId: vpc.ID(),
		Tags:  d.tags("routes"),
	}, d.parent)
	if err != nil {
		return network{}, err
	}
	internet, err := ec2.NewRoute(d.ctx, d.name+"-internet", &ec2.RouteArgs{
		RouteTableId:         table.ID(),
		DestinationCidrBlock: pulumi.String("0.0.0.0/0"),
		GatewayId:            gateway.ID(),
	}, d.parent)
	if err != nil {
		return network{}, err
	}
	association, err := ec2.NewRouteTableAssociation(d.ctx, d.name, &ec2.RouteTableAssociationArgs{
		SubnetId:     subnet.ID(),
		RouteTableId: table.ID(),
	}, d.parent, pulumi.DependsOn([]pulumi.Resource{internet}))
	if err != nil {
		return network{}, err
	}
	return network{vpc: vpc, subnet: subnet, route: association}, nil
}

type card struct {
	networkInterface *ec2.NetworkInterface
	ready            []pulumi.Resource // everything that traffic through the card depends on
}

// card declares the network card apart from the machine, so that the card, its private address and the Elastic IP on
// it stay when the machine is replaced.
func (d declarer) card(in network, walls walls) (card, error) {
	eni, err := ec2.NewNetworkInterface(d.ctx, d.name, &ec2.NetworkInterfaceArgs{
		SubnetId:       in.subnet.ID(),
		SecurityGroups: pulumi.StringArray{walls.group.ID()},
		Description:    pulumi.String(d.args.Name + ": the web host's only network card"),
		Tags:           d.tags("card"),
	}, d.parent)
	if err != nil {
		return card{}, err
	}
	association, err := ec2.NewEipAssociation(d.ctx, d.name, &ec2.EipAssociationArgs{
		AllocationId:       d.args.Address.AllocationID,
		NetworkInterfaceId: eni.ID(),
		// EC2 refuses an address in a VPC that has no gateway to the internet.
	}, d.parent, pulumi.DependsOn([]pulumi.Resource{in.route}))
	if err != nil {
		return card{}, err
	}
	return card{
		networkInterface: eni,
		ready:            append([]pulumi.Resource{in.route, association}, walls.rules...),
	}, nil
}
