package aws

import (
	"strings"

	"github.com/stretchr/testify/require"
)

func refusedIdentity(f *fixture) []refused {
	f.identity()
	role := func(name, trust string) values { return values{"name": name, "assumeRolePolicy": trust} }
	trust := func(old, new string) values { return role("new", strings.Replace(trustEC2, old, new, 1)) }
	policy := func(role, document string) values { return values{"role": role, "policy": document} }
	elements := iamGuide + "reference_policies_elements_principal.html"
	quotas := iamGuide + "reference_iam-quotas.html"
	return []refused{
		{"role twice", iamAPI + "API_CreateRole.html", roleToken, role("web", trustEC2), nil, "EntityAlreadyExists", "Role with name web already exists."},
		{"role with a long name", quotas, roleToken, role(strings.Repeat("r", 65), trustEC2), nil, "", "expected length of name to be in the range (0 - 64), got 65 characters"},
		{"role with a bad name", iamAPI + "API_CreateRole.html", roleToken, role("web/host", trustEC2), nil, "", "invalid value for name"},
		{"trust policy missing", provider + "iam_role", roleToken, values{"name": "new"}, nil, "", `"assumeRolePolicy"`},
		{"trust that is no JSON", iamAPI + "API_CreateRole.html", roleToken, role("new", "trust me"), nil, "MalformedPolicyDocument", "trust policy"},
		{"trust without principal", elements, roleToken, trust(`"Principal":{"Service":"ec2.amazonaws.com"},`, ""), nil, "MalformedPolicyDocument", "a statement needs a Principal"},
		{"trust with a resource", elements, roleToken, trust(`"Effect"`, `"Resource":"*","Effect"`), nil, "MalformedPolicyDocument", `"Resource"`},
		{"trust in no service", elements, roleToken, trust("ec2.amazonaws.com", "ec2.amazonaws.org"), nil, "MalformedPolicyDocument", `Invalid principal in policy: "SERVICE":"ec2.amazonaws.org"`},
		{"trust of a later version", iamGuide + "reference_policies_elements_version.html", roleToken, trust("2012-10-17", "2025-01-01"), nil, "MalformedPolicyDocument", "the Version must be 2012-10-17 or 2008-10-17"},

		{"policy of no role", iamAPI + "API_PutRolePolicy.html", rolePolicyToken, policy("absent", readOne), nil, "NoSuchEntity", "The role with name absent cannot be found."},
		{"policy that is no JSON", iamAPI + "API_PutRolePolicy.html", rolePolicyToken, policy("web", "{"), nil, "MalformedPolicyDocument", "policy document"},
		{"policy with a principal", elements, rolePolicyToken, policy("web", strings.Replace(readOne, `"Effect"`, `"Principal":"*","Effect"`, 1)), nil, "MalformedPolicyDocument", `"Principal"`},
		{"policy without resource", iamGuide + "reference_policies_elements_resource.html", rolePolicyToken, policy("web", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*"}}`), nil, "MalformedPolicyDocument", "at least one Action and one Resource"},
		{"policy without a service", iamGuide + "reference_policies_elements_action.html", rolePolicyToken, policy("web", strings.Replace(readOne, "ssm:", "", 1)), nil, "MalformedPolicyDocument", "must be prefixed by a vendor"},
		{"long policy", quotas, rolePolicyToken, policy("web", strings.Replace(readOne, "parameter/one", "parameter/"+strings.Repeat("x", maxInline), 1)), nil, "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role web"},
		{"role that has a policy", iamAPI + "API_DeleteRole.html", "", nil, func() error {
			f.MustUp(roleToken, "busy", role("busy", trustEC2))
			f.MustUp(rolePolicyToken, "busy policy", values{"name": "read", "role": "busy", "policy": readOne})
			return f.Destroy("busy")
		}, "DeleteConflict", "Cannot delete entity, must delete policies first."},

		{"profile twice", iamAPI + "API_CreateInstanceProfile.html", profileToken, values{"name": "web"}, nil, "EntityAlreadyExists", "Instance Profile web already exists."},
		{"profile of no role", iamAPI + "API_AddRoleToInstanceProfile.html", profileToken, values{"name": "new", "role": "absent"}, nil, "NoSuchEntity", "The role with name absent cannot be found."},
		{"trust that is taken away", iamAPI + "API_UpdateAssumeRolePolicy.html", "", nil, func() error {
			_, err := f.Up(roleToken, "role", role("web", "{}"))
			require.True(f.t, f.Refresh("role"))
			return err
		}, "MalformedPolicyDocument", "trust policy"},
	}
}
