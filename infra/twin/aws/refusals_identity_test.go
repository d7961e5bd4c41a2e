package aws

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"
)

func refusedIdentity(f *fixture) []refused {
	f.identity()
	role := func(name, trust string) values { return values{"name": name, "assumeRolePolicy": trust} }
	trust := func(old, new string) values { return role("new", strings.Replace(trustEC2, old, new, 1)) }
	const names, noRole = upstream + "iam/validate.go", "The role with name absent cannot be found."
	elements := iamGuide + "reference_policies_elements_principal.html"
	long := fmt.Sprintf(`"Service":[%s"ec2.amazonaws.com"]`, strings.Repeat(`"ec2.amazonaws.com",`, maxTrust/20))
	return []refused{
		{"role twice", motoIAM, roleToken, role("web", trustEC2), nil, "EntityAlreadyExists", "Role with name web already exists."},
		{"role with a long name", names, roleToken, role(strings.Repeat("r", 65), trustEC2), nil, "", "expected length of name to be in the range (0 - 64), got 65 characters"},
		{"role with a bad name", names, roleToken, role("web/host", trustEC2), nil, "", "invalid value for name"},
		{"trust policy missing", upstream + "iam/role.go", roleToken, values{"name": "new"}, nil, "", `Missing required argument: "assumeRolePolicy"`},
		{"trust that is no JSON", policyJSON, roleToken, role("new", "trust me"), nil, "", `"assumeRolePolicy" contains an invalid JSON policy: not a JSON object`},
		{"trust without principal", elements, roleToken, trust(`"Principal":{"Service":"ec2.amazonaws.com"},`, ""), nil, "MalformedPolicyDocument", anyWords},
		{"trust with a resource", github + "kubernetes-sigs/external-dns/issues/3085", roleToken, trust(`"Effect"`, `"Resource":"*","Effect"`), nil, "MalformedPolicyDocument", "Has prohibited field Resource"},
		{"trust in no service", elements, roleToken, trust("ec2.amazonaws.com", "ec2.amazonaws.org"), nil, "MalformedPolicyDocument", anyWords},
		{"trust of a later version", iamGuide + "reference_policies_elements_version.html", roleToken, trust("2012-10-17", "2025-01-01"), nil, "MalformedPolicyDocument", anyWords},
		{"long trust", github + "kubeflow/kubeflow/issues/6687", roleToken, trust(`"Service":"ec2.amazonaws.com"`, long), nil, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"},
		{"trust that is taken away", iamAPI + "API_UpdateAssumeRolePolicy.html", "", nil, func() error {
			_, err := f.Up(roleToken, "role", role("web", `{"Version":"2012-10-17","Statement":[]}`))
			require.True(f.t, f.Refresh("role"))
			return err
		}, "MalformedPolicyDocument", anyWords},
		{"role that has a policy", motoIAM, "", nil, func() error {
			f.MustUp(roleToken, "busy", role("busy", trustEC2))
			f.MustUp(rolePolicyToken, "busy policy", values{"name": "read", "role": "busy", "policy": readOne})
			return f.Destroy("busy")
		}, "DeleteConflict", "Cannot delete entity, must delete policies first."},

		{"profile twice", motoIAM, profileToken, values{"name": "web"}, nil, "EntityAlreadyExists", "Instance Profile web already exists."},
		{"profile of no role", iamAPI + "API_AddRoleToInstanceProfile.html", profileToken, values{"name": "new", "role": "absent"}, nil, "NoSuchEntity", anyWords},
		{"policy of no role", motoIAM, rolePolicyToken, values{"role": "absent", "policy": readOne}, nil, "NoSuchEntity", noRole},
	}
}

// refusedPolicy is what a role's policy may not say.
func refusedPolicy(f *fixture) []refused {
	f.identity()
	policy := func(document string) values { return values{"role": "web", "policy": document} }
	statement := func(s string) values { return policy(`{"Version":"2012-10-17","Statement":` + s + `}`) }
	changed := func(old, new string) values { return policy(strings.Replace(readOne, old, new, 1)) }
	sized := func(n int) string {
		return strings.Replace(readOne, "parameter/one", "parameter/"+strings.Repeat("x", n), 1)
	}
	const code = "MalformedPolicyDocument"
	return []refused{
		{"no JSON", policyJSON, rolePolicyToken, policy("{"), nil, "", `"policy" contains an invalid JSON policy: `},
		{"no object", policyJSON, rolePolicyToken, policy("[]"), nil, "", `"policy" contains an invalid JSON policy: `},
		{"a key twice", policyJSON, rolePolicyToken, changed(`"Effect"`, `"Effect":"Deny","Effect"`), nil, "", `"policy" contains duplicate JSON keys: "Effect"`},
		{"too long", policyJSON, rolePolicyToken, policy(sized(maxInline)), nil, "", "Cannot exceed quota for PolicySize: 10240 (actual: "},
		{"too long together", github + "aws/aws-cdk/issues/18531", "", nil, func() error {
			f.MustUp(rolePolicyToken, "half", policy(sized(maxInline/2)))
			_, err := f.Up(rolePolicyToken, "other-half", policy(sized(maxInline/2)))
			return err
		}, "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role web"},
		{"no statement", iamText, rolePolicyToken, statement("[]"), nil, code, "Syntax errors in policy."},
		{"a later version", iamText, rolePolicyToken, changed("2012-10-17", "2013-10-17"), nil, code, "Syntax errors in policy."},
		{"no such effect", iamText, rolePolicyToken, changed("Allow", "allow"), nil, code, "Syntax errors in policy."},
		{"a principal", github + "hashicorp/terraform/issues/13449", rolePolicyToken, changed(`"Effect"`, `"Principal":"*","Effect"`), nil, code, "Policy document should not specify a principal."},
		{"no action", iamText, rolePolicyToken, statement(`{"Effect":"Allow","Action":[],"Resource":"*"}`), nil, code, "Policy statement must contain actions."},
		{"no resource", iamText, rolePolicyToken, statement(`{"Effect":"Allow","Action":"s3:*"}`), nil, code, "Policy statement must contain resources."},
		{"no service", iamText, rolePolicyToken, changed("ssm:", ""), nil, code, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{"two colons", iamText, rolePolicyToken, changed("ssm:", "ssm:ssm:"), nil, code, "Actions/Condition can contain only one colon."},
		{"no ARN", iamText, rolePolicyToken, statement(`{"Effect":"Allow","Action":"s3:*","Resource":"bundles"}`), nil, code, `Resource bundles must be in ARN format or "*".`},
		{"no such partition", iamText, rolePolicyToken, statement(`{"Effect":"Allow","Action":"s3:*","Resource":"arn:awss:s3:::bundles"}`), nil, code, `Partition "awss" is not valid for resource "arn:awss:s3:::bundles".`},
		{"a statement's id with a hyphen", github + "aws-cloudformation/cfn-lint/issues/1376", rolePolicyToken, changed(`"Effect"`, `"Sid":"read-one","Effect"`), nil, code,
			"Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
		{"a statement's id twice", github + "kubernetes/kops/issues/4951", rolePolicyToken, statement(
			`[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"A","Effect":"Allow","Action":"ssm:*","Resource":"*"}]`), nil, code,
			"Statement IDs (SID) in a single policy must be unique."},
	}
}
