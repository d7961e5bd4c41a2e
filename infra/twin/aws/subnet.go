package aws

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"crosscloud/infra/twin/cloud"
)

type subnetArgs struct {
	VPC                 string            `json:"vpcId"`
	CIDRBlock           string            `json:"cidrBlock"`
	AvailabilityZone    string            `json:"availabilityZone,omitempty"`
	MapPublicIPOnLaunch *bool             `json:"mapPublicIpOnLaunch,omitempty"`
	Tags                map[string]string `json:"tags,omitempty"`
}

type subnet struct {
	subnetArgs
	ARN     string `json:"arn"`
	OwnerID string `json:"ownerId"`
}

func (a *account) subnetKind() cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[subnetArgs, subnet]{
		Token:    "aws:ec2/subnet:Subnet",
		Required: []string{"vpcId", "cidrBlock"},
		Replace:  []string{"vpcId", "cidrBlock", "availabilityZone"},
		Keep:     []string{"availabilityZone"},
		Stable:   []string{"arn", "ownerId"},
		Normalize: func(_ string, in subnetArgs) subnetArgs {
			if in.AvailabilityZone == "" {
				in.AvailabilityZone = zonesOf(a.env.Region)[0] // AWS takes any
			}
			in.MapPublicIPOnLaunch = orDefault(in.MapPublicIPOnLaunch, false)
			return in
		},
		Check: func(in subnetArgs) []cloud.Failure {
			var f failures
			if in.CIDRBlock != "" {
				f.prefix("cidrBlock", in.CIDRBlock, netip.Addr.Is4)
			}
			f.addIf(or(in.MapPublicIPOnLaunch, false), "mapPublicIpOnLaunch", "the twin has public addresses only as Elastic IPs")
			return f
		},
		Create: func(_ context.Context, _ string, in subnetArgs) (string, subnet, error) {
			id := id("subnet")
			out := subnet{subnetArgs: in, ARN: a.arn("ec2", "subnet/"+id), OwnerID: a.env.Account}
			return id, out, a.locked(func() error {
				if err := a.fits(in); err != nil {
					return err
				}
				return put(a, id, out)
			})
		},
		Read: read[subnet](a),
		Update: func(_ context.Context, id string, old subnet, in subnetArgs) (subnet, error) {
			old.subnetArgs = in
			return old, rewrite(a, id, old)
		},
		Delete: func(ctx context.Context, id string, _ subnet) error {
			return a.whenFree(ctx, func() error {
				cards, err := where(a, func(v networkInterface) bool { return v.Subnet == id })
				if err != nil {
					return err
				}
				if len(cards) > 0 {
					return refuseInUse("DependencyViolation", "The subnet '%s' has dependencies and cannot be deleted.", id)
				}
				return remove[subnet](a, id)
			})
		},
	}, func(in subnetArgs) map[string]string { return in.Tags })
}

// smallestSubnet is in bits: "Subnet sizing", Amazon VPC User Guide.
const smallestSubnet = 28

// fits says whether a new subnet finds its place.
func (a *account) fits(in subnetArgs) error {
	v, err := a.needVPC(in.VPC)
	if err != nil {
		return err
	}
	if zones := zonesOf(a.env.Region); !slices.Contains(zones, in.AvailabilityZone) {
		return refuse("InvalidParameterValue", "Value (%s) for parameter availabilityZone is invalid. "+
			"Subnets can currently only be created in the following availability zones: %s.", in.AvailabilityZone, strings.Join(zones, ", "))
	}
	block, err := parsePrefix("cidrBlock", in.CIDRBlock)
	if err != nil {
		return err
	}
	network := netip.MustParsePrefix(v.CIDRBlock)
	if !network.Contains(block.Addr()) || block.Bits() < network.Bits() || block.Bits() > smallestSubnet {
		return refuse("InvalidSubnet.Range", "The CIDR '%s' is invalid.", in.CIDRBlock)
	}
	overlapping, err := where(a, func(other subnet) bool {
		return other.VPC == in.VPC && netip.MustParsePrefix(other.CIDRBlock).Overlaps(block)
	})
	if err != nil {
		return err
	}
	if len(overlapping) > 0 {
		return refuse("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", in.CIDRBlock)
	}
	return nil
}

func (a *account) needSubnet(id string) (subnet, error) {
	return need[subnet](a, id, "InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist")
}
