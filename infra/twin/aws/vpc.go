package aws

import (
	"context"

	"crosscloud/infra/twin/cloud"
)

type vpcArgs struct {
	CIDRBlock          string            `json:"cidrBlock"`
	EnableDNSSupport   *bool             `json:"enableDnsSupport,omitempty"`
	EnableDNSHostnames *bool             `json:"enableDnsHostnames,omitempty"`
	Tags               map[string]string `json:"tags,omitempty"`
}

type vpc struct {
	vpcArgs
	ARN     string `json:"arn"`
	OwnerID string `json:"ownerId"`
}

func (a *account) vpcKind() cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[vpcArgs, vpc]{
		Token:    "aws:ec2/vpc:Vpc",
		Required: []string{"cidrBlock"},
		Replace:  []string{"cidrBlock"},
		Keep:     []string{"enableDnsHostnames"},
		Stable:   []string{"arn", "ownerId"},
		Normalize: func(_ string, in vpcArgs) vpcArgs {
			in.EnableDNSSupport = orDefault(in.EnableDNSSupport, true)
			in.EnableDNSHostnames = orDefault(in.EnableDNSHostnames, false)
			return in
		},
		Check: func(in vpcArgs) []cloud.Failure {
			var f failures
			f.network("cidrBlock", in.CIDRBlock, 16, 28)
			return f
		},
		Create: func(_ context.Context, _ string, in vpcArgs) (string, vpc, error) {
			id := id("vpc")
			out := vpc{vpcArgs: in, ARN: a.arn("ec2", "vpc/"+id), OwnerID: a.env.Account}
			if _, err := parsePrefix("cidrBlock", in.CIDRBlock); err != nil {
				return id, out, err
			}
			return id, out, put(a, id, out)
		},
		Read: read[vpc](a),
		Update: func(_ context.Context, id string, old vpc, in vpcArgs) (vpc, error) {
			old.vpcArgs = in
			return old, rewrite(a, id, old)
		},
		Delete: func(ctx context.Context, id string, _ vpc) error {
			return a.whenFree(ctx, func() error {
				used, err := a.vpcUsed(id)
				if err != nil {
					return err
				}
				if used {
					return refuseInUse("DependencyViolation", "The vpc '%s' has dependencies and cannot be deleted.", id)
				}
				return remove[vpc](a, id)
			})
		},
	}, func(in vpcArgs) map[string]string { return in.Tags })
}

func (a *account) needVPC(id string) (vpc, error) {
	return need[vpc](a, id, "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist")
}

// vpcUsed says whether anything lies in the VPC.
func (a *account) vpcUsed(id string) (bool, error) {
	subnets, err := where(a, func(v subnet) bool { return v.VPC == id })
	if err != nil {
		return false, err
	}
	gateways, err := where(a, func(v gateway) bool { return v.VPC == id })
	if err != nil {
		return false, err
	}
	tables, err := where(a, func(v routeTable) bool { return v.VPC == id })
	if err != nil {
		return false, err
	}
	groups, err := where(a, func(v securityGroup) bool { return v.VPC == id })
	return len(subnets)+len(gateways)+len(tables)+len(groups) > 0, err
}
