package database

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// networkTier must be the same for an address and for the interface that uses it. Premium traffic stays on
// Google's network up to the peering in the metro that both clouds share.
const networkTier = "PREMIUM"

// services are the APIs that the database's resources belong to.
var services = []string{"compute", "iam", "secretmanager"}

// AddressArgs says where to reserve an address.
type AddressArgs struct {
	Region string // of GCP, for example "us-east4"
}

// Address is the database host's public address. It exists before the host, so that both sides of the firewall
// can be told the other's address.
type Address struct {
	pulumi.ResourceState

	IPv4 pulumi.StringOutput

	// computeReady becomes known when the Compute Engine API can be called.
	computeReady pulumi.IDOutput
}

// ReserveAddress enables the APIs of the project that the database needs and reserves its static address.
func ReserveAddress(ctx *pulumi.Context, name string, args *AddressArgs, opts ...pulumi.ResourceOption) (*Address, error) {
	if args == nil || args.Region == "" {
		return nil, fmt.Errorf("database address %q: Region is not set", name)
	}
	a := &Address{}
	if err := ctx.RegisterComponentResource("crosscloud:database:Address", name, a, opts...); err != nil {
		return nil, fmt.Errorf("register %q: %w", name, err)
	}
	apis := make([]pulumi.Resource, 0, len(services))
	for _, service := range services {
		api, err := projects.NewService(ctx, name+"-api-"+service, &projects.ServiceArgs{
			Service: pulumi.String(service + ".googleapis.com"),
			// Other things in the project may use the API, whatever becomes of this stack.
			DisableOnDestroy: pulumi.Bool(false),
		}, pulumi.Parent(a))
		if err != nil {
			return nil, fmt.Errorf("enable the API %s: %w", service, err)
		}
		if service == "compute" {
			a.computeReady = api.ID()
		}
		apis = append(apis, api)
	}
	address, err := compute.NewAddress(ctx, name+"-ip", &compute.AddressArgs{
		Name:        pulumi.String(physicalName(ctx.Project(), ctx.Stack(), "db-ip")),
		Region:      pulumi.String(args.Region),
		AddressType: pulumi.String("EXTERNAL"),
		NetworkTier: pulumi.String(networkTier),
		Labels:      labels(ctx),
	}, pulumi.Parent(a), pulumi.DependsOn(apis))
	if err != nil {
		return nil, fmt.Errorf("reserve the database's address: %w", err)
	}
	a.IPv4 = address.Address
	if err := ctx.RegisterResourceOutputs(a, pulumi.Map{"ipv4": a.IPv4}); err != nil {
		return nil, fmt.Errorf("register outputs of %q: %w", name, err)
	}
	return a, nil
}
