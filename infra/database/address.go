package database

import (
	"fmt"
	"path"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// networkTier must be the same for an address and for the interface that uses it. Premium traffic stays on
// Google's network up to the peering in the metro that both clouds share.
const networkTier = "PREMIUM"

// services are the APIs that the database's resources belong to.
var services = []string{"compute", "iam", "secretmanager", "storage"}

// AddressArgs says where to reserve an address.
type AddressArgs struct {
	Region string // of GCP, for example "us-east4"

	// Adopt is the id of a static address, "projects/P/regions/R/addresses/NAME", that becomes this stack's and outlives
	// it, as others may know the database by it. Empty means a new one.
	Adopt string
}

// Address is the database host's public address. It exists before the host, so that both sides of the firewall
// can be told the other's address.
type Address struct {
	pulumi.ResourceState

	ID   pulumi.IDOutput // for AddressArgs.Adopt of another stack
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
	address, err := newAddress(ctx, name+"-ip", args, pulumi.Parent(a), pulumi.DependsOn(apis))
	if err != nil {
		return nil, fmt.Errorf("reserve the database's address: %w", err)
	}
	a.ID, a.IPv4 = address.ID(), address.Address
	if err := ctx.RegisterResourceOutputs(a, pulumi.Map{"ipv4": a.IPv4}); err != nil {
		return nil, fmt.Errorf("register outputs of %q: %w", name, err)
	}
	return a, nil
}

func newAddress(ctx *pulumi.Context, name string, args *AddressArgs, options ...pulumi.ResourceOption) (*compute.Address, error) {
	physical := physicalName(ctx.Project(), ctx.Stack(), "db-ip")
	// A change of either replaces the address. They stay what they are when Adopt is taken out of the configuration again, too.
	ignored := []string{"name", "description"}
	if args.Adopt != "" {
		physical = path.Base(args.Adopt)
		// Labels stay those of its owner. What else could differ would replace it: an address of another type or tier is
		// for GCP to refuse to the VM.
		ignored = append(ignored, "labels", "addressType", "networkTier")
		options = append(options, pulumi.Import(pulumi.ID(args.Adopt)), pulumi.RetainOnDelete(true))
	}
	return compute.NewAddress(ctx, name, &compute.AddressArgs{
		Name:        pulumi.String(physical),
		Region:      pulumi.String(args.Region),
		AddressType: pulumi.String("EXTERNAL"),
		NetworkTier: pulumi.String(networkTier),
		Labels:      labels(ctx),
	}, append(options, pulumi.IgnoreChanges(ignored))...)
}
