package aws

import (
	"context"
	"errors"
	"regexp"
	"time"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/state"
)

type roleArgs struct {
	Name             string            `json:"name"`
	AssumeRolePolicy string            `json:"assumeRolePolicy"`
	Description      string            `json:"description,omitempty"`
	Tags             map[string]string `json:"tags,omitempty"`
}

// role is what the provider shows; the services read the state.Role of the same name, which also has the inline policies.
type role struct {
	roleArgs
	ARN        string `json:"arn"`
	UniqueID   string `json:"uniqueId"`
	CreateDate string `json:"createDate"`
}

var iamName = regexp.MustCompile(`^[\w+=,.@-]*$`)

func (a *account) roleKind() cloud.Resource {
	return tagged(iamTags, cloud.Kind[roleArgs, role]{
		Token:    "aws:iam/role:Role",
		Required: []string{"assumeRolePolicy"},
		Replace:  []string{"name"},
		Autoname: "name",
		Stable:   []string{"arn", "uniqueId", "createDate"},
		Check: func(in roleArgs) []cloud.Failure {
			var f failures
			f.iamName("name", in.Name, 64)
			f.length("description", in.Description, 1000)
			f.policy("assumeRolePolicy", in.AssumeRolePolicy)
			return f
		},
		Alike: func(old, in roleArgs) roleArgs {
			in.AssumeRolePolicy = alikePolicy(old.AssumeRolePolicy, in.AssumeRolePolicy)
			return in
		},
		Create: func(_ context.Context, _ string, in roleArgs) (string, role, error) {
			now := a.now().UTC()
			out := role{roleArgs: in, ARN: a.arn("iam", "role/"+in.Name), UniqueID: uniqueID("AROA"), CreateDate: now.Format(time.RFC3339)}
			return in.Name, out, a.locked(func() error {
				if err := checkTrust(in.AssumeRolePolicy); err != nil {
					return err
				}
				if _, err := get[role](a, in.Name); err == nil {
					return refuse("EntityAlreadyExists", "Role with name %s already exists.", in.Name)
				}
				if err := put(a, in.Name, state.Role{
					Name: in.Name, ID: out.UniqueID, ARN: out.ARN, TrustPolicy: in.AssumeRolePolicy, Tags: in.Tags, Created: now,
				}); err != nil {
					return err
				}
				return put(a, in.Name, out)
			})
		},
		Read: read[role](a),
		Update: func(_ context.Context, id string, old role, in roleArgs) (role, error) {
			old.roleArgs = in
			return old, a.locked(func() error {
				if err := checkTrust(in.AssumeRolePolicy); err != nil {
					return err
				}
				if err := rewrite(a, id, old); err != nil {
					return err
				}
				return state.Update(a.env.Store, id, func(v state.Role, err error) (state.Role, error) {
					v.TrustHistory = v.TrustHistory.Replace(v.TrustPolicy, in.AssumeRolePolicy, a.now().UTC())
					v.TrustPolicy, v.Tags = in.AssumeRolePolicy, in.Tags
					return v, err
				})
			})
		},
		Delete: func(ctx context.Context, id string, _ role) error {
			return a.whenFree(ctx, func() error {
				shared, err := get[state.Role](a, id)
				if err != nil {
					return err
				}
				if len(shared.Policies) > 0 {
					return refuseInUse("DeleteConflict", "Cannot delete entity, must delete policies first.")
				}
				profiles, err := where(a, func(v state.InstanceProfile) bool { return v.Role == id })
				if err != nil {
					return err
				}
				if len(profiles) > 0 {
					return refuseInUse("DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
				}
				return errors.Join(drop[state.Role](a, id), drop[role](a, id))
			})
		},
	}, func(in roleArgs) map[string]string { return in.Tags })
}

// maxTrust is the size of a trust policy, in characters without white space: "IAM and AWS STS quotas", IAM User Guide.
const maxTrust = 2048

func checkTrust(document string) error {
	if _, err := awsauth.ParseTrust(document); err != nil {
		return malformed(err)
	}
	if size(document) > maxTrust {
		return refuse("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: %d", maxTrust)
	}
	return nil
}

func (f *failures) iamName(property, name string, limit int) {
	f.length(property, name, limit)
	f.addIf(!iamName.MatchString(name), property, "invalid value for %s (must match [\\w+=,.@-])", property)
}

func (a *account) needRole(name string) (state.Role, error) {
	return need[state.Role](a, name, "NoSuchEntity", "The role with name %s cannot be found.")
}
