package webhost

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

type identity struct {
	profile     *iam.InstanceProfile
	permissions *iam.RolePolicy
}

// identity declares the role that the machine's software acts as.
func (d declarer) identity() (identity, error) {
	assume, err := trust.String()
	if err != nil {
		return identity{}, err
	}
	role, err := iam.NewRole(d.ctx, d.name, &iam.RoleArgs{
		Name:             pulumi.String(d.args.Name + "-web"),
		Description:      pulumi.String("What the web host of " + d.args.Name + " may do"),
		AssumeRolePolicy: pulumi.String(assume),
		Tags:             d.tags("web"),
	}, d.parent)
	if err != nil {
		return identity{}, err
	}
	grants := d.args.Grants
	document := pulumi.All(grants.DesiredParameter, grants.DatabaseURLParameter, grants.StatusParameter,
		grants.Bundles, grants.Repository).ApplyT(func(arns []any) (string, error) {
		return permissions(granted{
			desired:     arns[0].(string),
			databaseURL: arns[1].(string),
			status:      arns[2].(string),
			bundles:     arns[3].(string),
			repository:  arns[4].(string),
		}).String()
	}).(pulumi.StringOutput)
	inline, err := iam.NewRolePolicy(d.ctx, d.name, &iam.RolePolicyArgs{
		Name:   pulumi.String("web"),
		Role:   role.Name,
		Policy: document,
	}, d.parent)
	if err != nil {
		return identity{}, err
	}
	profile, err := iam.NewInstanceProfile(d.ctx, d.name, &iam.InstanceProfileArgs{
		Name: pulumi.String(d.args.Name + "-web"),
		Role: role.Name,
		Tags: d.tags("web"),
	}, d.parent)
	if err != nil {
		return identity{}, err
	}
	return identity{profile: profile, permissions: inline}, nil
}
