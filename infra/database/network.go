package database

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// subnetRange is the VM's private network. Nothing is reached through it yet; it is outside the ranges that
// clouds and offices usually hand out, in case it is peered one day.
const subnetRange = "10.164.32.0/24"

// targetTag marks the VM that the firewall rules are for.
const targetTag = "database"

type network struct {
	vpc    *compute.Network
	subnet *compute.Subnetwork
}

// newNetwork makes a network of the database's own. It admits nothing but what the rules here allow: a custom
// network has none of the default network's permissive rules.
func newNetwork(ctx *pulumi.Context, db *Database, clients pulumi.StringArrayOutput) (*network, error) {
	vpc, err := compute.NewNetwork(ctx, db.name+"-network", &compute.NetworkArgs{
		Name:                  pulumi.String(physicalName(ctx.Project(), ctx.Stack(), "db")),
		Description:           pulumi.String("Network of the database host"),
		AutoCreateSubnetworks: pulumi.Bool(false),
		RoutingMode:           pulumi.String("REGIONAL"),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create the database's network: %w", err)
	}
	subnet, err := compute.NewSubnetwork(ctx, db.name+"-subnet", &compute.SubnetworkArgs{
		Name:        pulumi.String(physicalName(ctx.Project(), ctx.Stack(), "db")),
		Description: pulumi.String("Subnet of the database host"),
		Network:     vpc.ID(),
		Region:      pulumi.String(db.args.Region),
		IpCidrRange: pulumi.String(subnetRange),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create the database's subnet: %w", err)
	}
	if err := allow(ctx, db, vpc, "postgres", port, clients,
		"PostgreSQL from the web host and the administrators"); err != nil {
		return nil, err
	}
	if len(db.args.SSHFrom) > 0 {
		if err := allow(ctx, db, vpc, "ssh", 22, pulumi.ToStringArray(texts(db.args.SSHFrom)).ToStringArrayOutput(),
			"SSH from the administrators"); err != nil {
			return nil, err
		}
	}
	return &network{vpc, subnet}, nil
}

func allow(ctx *pulumi.Context, db *Database, vpc *compute.Network, what string, port int, from pulumi.StringArrayOutput, description string) error {
	_, err := compute.NewFirewall(ctx, db.name+"-allow-"+what, &compute.FirewallArgs{
		Name:        pulumi.String(physicalName(ctx.Project(), ctx.Stack(), "db-"+what)),
		Description: pulumi.String(description),
		Network:     vpc.ID(),
		Direction:   pulumi.String("INGRESS"),
		Priority:    pulumi.Int(1000),
		Allows: compute.FirewallAllowArray{compute.FirewallAllowArgs{
			Protocol: pulumi.String("tcp"),
			Ports:    pulumi.StringArray{pulumi.Sprintf("%d", port)},
		}},
		SourceRanges: from,
		TargetTags:   pulumi.StringArray{pulumi.String(targetTag)},
	}, db.options()...)
	if err != nil {
		return fmt.Errorf("create the firewall rule for %s: %w", what, err)
	}
	return nil
}
