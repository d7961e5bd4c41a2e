package aws

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

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
var groupText = regexp.MustCompile(`^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}$`)

const (
	groupName        = "security group name"
	groupDescription = "security group description"
	ruleDescription  = "rule description"
)

// checkGroupText is EC2's check of a name or a description; the provider only looks at its length, and of a rule's not even
// that.
func checkGroupText(what, text string) error {
	if groupText.MatchString(text) {
		return nil
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) && what != ruleDescription {
		parameter := map[string]string{groupName: "GroupName", groupDescription: "GroupDescription"}[what]
		return refuse("InvalidParameterValue", "Value (%s) for parameter %s is invalid. Character sets beyond ASCII are not supported.", text, parameter)
	}
	return refuse("InvalidParameterValue", "Invalid %[1]s. Valid %[2]ss are strings less than 256 characters from the following set:  "+
		"a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*", what, what[strings.LastIndex(what, " ")+1:])
}

// A new group has no rules: the AWS provider takes away the one for all outgoing traffic that EC2 gives it.
func (a *account) securityGroupKind() cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[securityGroupArgs, securityGroup]{
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
			f.length("description", in.Description, 255)
			return f
		},
		Create: func(_ context.Context, _ string, in securityGroupArgs) (string, securityGroup, error) {
			id := id("sg")
			out := securityGroup{securityGroupArgs: in, ARN: a.arn("ec2", "security-group/"+id), OwnerID: a.env.Account}
			return id, out, a.locked(func() error {
				if err := checkGroupText(groupName, in.Name); err != nil {
					return err
				}
				if err := checkGroupText(groupDescription, in.Description); err != nil {
					return err
				}
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
					return refuseInUse("DependencyViolation", "resource %s has a dependent object", id)
				}
				return errors.Join(a.removeRules(id), remove[securityGroup](a, id))
			})
		},
	}, func(in securityGroupArgs) map[string]string { return in.Tags })
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
