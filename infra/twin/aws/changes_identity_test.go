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
	}}
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
