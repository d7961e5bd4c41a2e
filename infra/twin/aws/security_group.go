package aws

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"crosscloud/infra/twin/cloud"
)

type securityGroupArgs struct {
	Name        string            `json:"name"`
	VPC         string            `json:"vpcId"`
	Description string            `json:"description,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

type securityGroup struct {
	securityGroupArgs
	ARN     string `json:"arn"`
	OwnerID string `json:"ownerId"`
}

// groupText is what names and descriptions of groups and rules are made of.
var groupText = regexp.MustCompile(`^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*$`)

// A new group has no rules: the AWS provider takes away the one for all outgoing traffic that EC2 gives it.
func (a *account) securityGroupKind() cloud.Resource {
	return cloud.Kind[securityGroupArgs, securityGroup]{
		Token:    "aws:ec2/securityGroup:SecurityGroup",
		Required: []string{"vpcId"}, // the twin has no default VPC
		Replace:  []string{"name", "vpcId", "description"},
		Autoname: "name",
		Stable:   []string{"arn", "ownerId"},
		Normalize: func(_ string, in securityGroupArgs) securityGroupArgs {
			if in.Description == "" {
				in.Description = "Managed by Pulumi"
			}
			return in
		},
		Check: func(in securityGroupArgs) []cloud.Failure {
			var f failures
			f.length("name", in.Name, 255)
			f.addIf(strings.HasPrefix(strings.ToLower(in.Name), "sg-"), "name", "invalid value for name (cannot begin with sg-)")
			f.addIf(!groupText.MatchString(in.Name), "name", "name doesn't comply with restrictions (%q): %q", groupText, in.Name)
			f.length("description", in.Description, 255)
			f.addIf(!groupText.MatchString(in.Description), "description", "description doesn't comply with restrictions (%q): %q", groupText, in.Description)
			f.tags("tags", in.Tags)
			return f
		},
		Create: func(_ context.Context, _ string, in securityGroupArgs) (string, securityGroup, error) {
			id := id("sg")
			out := securityGroup{securityGroupArgs: in, ARN: a.arn("ec2", "security-group/"+id), OwnerID: a.env.Account}
			return id, out, a.locked(func() error {
				if _, err := a.needVPC(in.VPC); err != nil {
					return err
				}
				twins, err := where(a, func(v securityGroup) bool { return v.VPC == in.VPC && v.Name == in.Name })
				if err != nil {
					return err
				}
				if len(twins) > 0 || in.Name == "default" {
					return refuse("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", in.Name, in.VPC)
				}
				return put(a, id, out)
			})
		},
		Read: read[securityGroup](a),
		Update: func(_ context.Context, id string, old securityGroup, in securityGroupArgs) (securityGroup, error) {
			old.securityGroupArgs = in
			return old, rewrite(a, id, old)
		},
		Delete: func(ctx context.Context, id string, _ securityGroup) error {
			return a.whenFree(ctx, func() error {
				users, err := where(a, func(v networkInterface) bool { return slices.Contains(v.SecurityGroups, id) })
				if err != nil {
					return err
				}
				if len(users) > 0 {
					return refuse("DependencyViolation", "resource %s has a dependent object", id)
				}
				return errors.Join(a.removeRules(id), remove[securityGroup](a, id))
			})
		},
	}
}

// removeRules ends the rules of a group, which go with it.
func (a *account) removeRules(group string) error {
	ingress, err := where(a, func(v ingressRule) bool { return v.SecurityGroup == group })
	for id := range ingress {
		err = errors.Join(err, drop[ingressRule](a, id))
	}
	egress, err2 := where(a, func(v egressRule) bool { return v.SecurityGroup == group })
	for id := range egress {
		err2 = errors.Join(err2, drop[egressRule](a, id))
	}
	return errors.Join(err, err2)
}

func (a *account) needSecurityGroup(id string) (securityGroup, error) {
	return need[securityGroup](a, id, "InvalidGroup.NotFound", "The security group '%s' does not exist")
}
