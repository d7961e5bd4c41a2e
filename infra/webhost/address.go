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

// AddressArgs says what to reserve.
type AddressArgs struct {
	Name string            // Args.Name
	Tags map[string]string // Args.Tags

	// Adopt is the allocation id, "eipalloc-…", of an Elastic IP that becomes this stack's and outlives it, as the site's
	// DNS record points at it. Empty means a new one.
	Adopt string
}

// ReserveAddress allocates the web host's Elastic IP by itself, before anything else: the database's firewall needs
// it and the web host needs the database's address, so neither could come first if each reserved its own.
func ReserveAddress(ctx *pulumi.Context, name string, args AddressArgs, opts ...pulumi.ResourceOption) (*Address, error) {
	address := &Address{}
	if err := ctx.RegisterComponentResource("crosscloud:webhost:Address", name, address, opts...); err != nil {
		return nil, fmt.Errorf("web host's address %s: %w", name, err)
	}
	options := []pulumi.ResourceOption{pulumi.Parent(address)}
	if args.Adopt != "" {
		// Its tags stay those of its owner.
		options = append(options, pulumi.Import(pulumi.ID(args.Adopt)), pulumi.IgnoreChanges([]string{"tags"}),
			pulumi.RetainOnDelete(true))
	}
	ip, err := ec2.NewEip(ctx, name, &ec2.EipArgs{
		Domain: pulumi.String("vpc"),
		Tags:   tags.Named(args.Tags, args.Name+"-web"),
	}, options...)
	if err != nil {
		return nil, fmt.Errorf("web host's address %s: %w", name, err)
	}
	address.AllocationID, address.IP = ip.ID(), ip.PublicIp
	return address, ctx.RegisterResourceOutputs(address, pulumi.Map{"ip": ip.PublicIp})
}
