package aws

import (
	"context"
	"fmt"
	"strings"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/state"
)

type rolePolicyArgs struct {
	Name   string `json:"name"`
	Role   string `json:"role"`
	Policy string `json:"policy"`
}

type rolePolicy struct{ rolePolicyArgs }

// maxInline is the sum of a role's inline policies, in characters without white space: "IAM and AWS STS quotas", IAM
// User Guide.
const maxInline = 10240

// An inline policy is part of its role and has no record of its own; its id is ROLE:NAME.
func (a *account) rolePolicyKind() cloud.Resource {
	return cloud.Kind[rolePolicyArgs, rolePolicy]{
		Token:    "aws:iam/rolePolicy:RolePolicy",
		Required: []string{"role", "policy"},
		Replace:  []string{"name", "role"},
		Autoname: "name",
		Check: func(in rolePolicyArgs) []cloud.Failure {
			var f failures
			f.iamName("name", in.Name, 128)
			f.policy("policy", in.Policy)
			return f
		},
		Alike: func(old, in rolePolicyArgs) rolePolicyArgs {
			in.Policy = alikePolicy(old.Policy, in.Policy)
			return in
		},
		Create: func(_ context.Context, _ string, in rolePolicyArgs) (string, rolePolicy, error) {
			return in.Role + ":" + in.Name, rolePolicy{in}, a.attachPolicy(in)
		},
		Read: func(_ context.Context, id string) (rolePolicy, error) {
			owner, name, _ := strings.Cut(id, ":")
			shared, err := get[state.Role](a, owner)
			if err != nil {
				return rolePolicy{}, err
			}
			document, ok := shared.Policies[name]
			if !ok {
				return rolePolicy{}, fmt.Errorf("policy %s: %w", id, state.ErrNotFound)
			}
			return rolePolicy{rolePolicyArgs{Name: name, Role: owner, Policy: document}}, nil
		},
		Update: func(_ context.Context, _ string, _ rolePolicy, in rolePolicyArgs) (rolePolicy, error) {
			return rolePolicy{in}, a.attachPolicy(in)
		},
		Delete: func(_ context.Context, id string, _ rolePolicy) error {
			owner, name, _ := strings.Cut(id, ":")
			return state.Update(a.env.Store, owner, func(v state.Role, err error) (state.Role, error) {
				delete(v.Policies, name)
				delete(v.PolicyHistory, name)
				return v, err
			})
		},
	}
}

// attachPolicy refuses what the services could not evaluate.
func (a *account) attachPolicy(in rolePolicyArgs) error {
	if _, err := awsauth.ParsePolicy(in.Policy); err != nil {
		return malformed(err)
	}
	if _, err := a.needRole(in.Role); err != nil {
		return err
	}
	return state.Update(a.env.Store, in.Role, func(v state.Role, err error) (state.Role, error) {
		if v.Policies == nil {
			v.Policies = map[string]string{}
		}
		if v.PolicyHistory == nil {
			v.PolicyHistory = map[string]state.History{}
		}
		v.PolicyHistory[in.Name] = v.PolicyHistory[in.Name].Replace(v.Policies[in.Name], in.Policy, a.now().UTC())
		v.Policies[in.Name] = in.Policy
		sum := 0
		for _, document := range v.Policies {
			sum += size(document)
		}
		if sum > maxInline {
			return v, refuse("LimitExceeded", "Maximum policy size of %d bytes exceeded for role %s", maxInline, in.Role)
		}
		return v, err
	})
}
