package webhost

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/tags"
)

// Address is a public IPv4 address that outlives the machine behind it.
type Address struct {
	pulumi.ResourceState

	AllocationID pulumi.IDOutput
	IP           pulumi.StringOutput
}

// ReserveAddress allocates the web host's Elastic IP by itself, before anything else: the database's firewall needs
// it and the web host needs the database's address, so neither could come first if each reserved its own.
// physicalName and common are Args.Name and Args.Tags.
func ReserveAddress(ctx *pulumi.Context, name, physicalName string, common map[string]string, opts ...pulumi.ResourceOption) (*Address, error) {
	address := &Address{}
	if err := ctx.RegisterComponentResource("crosscloud:webhost:Address", name, address, opts...); err != nil {
		return nil, fmt.Errorf("web host's address %s: %w", name, err)
	}
	ip, err := ec2.NewEip(ctx, name, &ec2.EipArgs{
		Domain: pulumi.String("vpc"),
		Tags:   tags.Named(common, physicalName+"-web"),
	}, pulumi.Parent(address))
	if err != nil {
		return nil, fmt.Errorf("web host's address %s: %w", name, err)
	}
	address.AllocationID, address.IP = ip.ID(), ip.PublicIp
	return address, ctx.RegisterResourceOutputs(address, pulumi.Map{"ip": ip.PublicIp})
}
