package aws

import (
	"strings"

	"crosscloud/infra/twin/cloud/cloudtest"
)

func roleChanges(*fixture) cloudtest.Kind {
	args := values{"name": "web", "assumeRolePolicy": trustEC2}
	return cloudtest.Kind{Source: "iam/role.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("name", "site"),
		cloudtest.InPlace("assumeRolePolicy", strings.Replace(trustEC2, "2012-10-17", "2008-10-17", 1)),
		cloudtest.Ignored("assumeRolePolicy", strings.ReplaceAll(trustEC2, ",", ", ")).When("spaced otherwise"),
		cloudtest.Ignored("assumeRolePolicy", strings.Replace(trustEC2, `"sts:AssumeRole"`, `["sts:AssumeRole"]`, 1)).When("a list of one"),
		cloudtest.InPlace("description", "The web host"),
		cloudtest.InPlace("tags", some),
	}}
}

func rolePolicyChanges(f *fixture) cloudtest.Kind {
	f.identity()
	f.MustUp(roleToken, "other", values{"name": "other", "assumeRolePolicy": trustEC2})
	args := values{"name": "read", "role": "web", "policy": readOne}
	return cloudtest.Kind{Source: "iam/role_policy.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("name", "look"),
		cloudtest.Replaces("role", "other"),
		cloudtest.InPlace("policy", strings.ReplaceAll(readOne, "one", "two")),
		cloudtest.Ignored("policy", strings.ReplaceAll(readOne, ",", ",\n")).When("spaced otherwise"),
		cloudtest.Ignored("policy", readAndWrite("ssm:PutParameter", "ssm:GetParameter")).
			From(readAndWrite("ssm:GetParameter", "ssm:PutParameter")).When("in another order"),
	}}
}

// readAndWrite is readOne with two actions.
func readAndWrite(first, second string) string {
	return strings.Replace(readOne, `"ssm:GetParameter"`, `["`+first+`","`+second+`"]`, 1)
}

func instanceProfileChanges(f *fixture) cloudtest.Kind {
	f.identity()
	f.MustUp(roleToken, "other", values{"name": "other", "assumeRolePolicy": trustEC2})
	args := values{"name": "site", "role": "web"}
	return cloudtest.Kind{Source: "iam/instance_profile.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("name", "home"),
		cloudtest.InPlace("role", "other"),
		cloudtest.InPlace("tags", some),
	}}
}
