package aws

import (
	"strings"

	"crosscloud/infra/twin/cloud/cloudtest"
)

func repositoryChanges(*fixture) cloudtest.Kind {
	const algorithm, scan = "encryptionConfigurations[*].encryptionType", "imageScanningConfiguration.scanOnPush"
	args := values{
		"name": "app", "imageScanningConfiguration": values{"scanOnPush": false},
		"encryptionConfigurations": []any{values{"encryptionType": "AES256"}},
	}
	return cloudtest.Kind{Source: "ecr/repository.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("name", "site"),
		cloudtest.InPlace("imageTagMutability", "IMMUTABLE"),
		cloudtest.InPlace(scan, true),
		cloudtest.Ignored(algorithm, nil).When("no longer given"),
		cloudtest.Refused(algorithm, "KMS", `to be one of ["AES256"], got KMS`),
		cloudtest.Ignored("forceDelete", false).When("spelt out"),
		cloudtest.InPlace("forceDelete", true),
		cloudtest.InPlace("tags", some),
	}}
}

func lifecyclePolicyChanges(f *fixture) cloudtest.Kind {
	f.MustUp(repositoryToken, "app", values{"name": "app"})
	f.MustUp(repositoryToken, "site", values{"name": "site"})
	// A repository has one policy: to delete the old one after the new one was made would leave none, so Pulumi's provider
	// deletes first: https://github.com/pulumi/pulumi-aws/issues/2075.
	return cloudtest.Kind{Source: "ecr/lifecycle_policy.go", Args: values{"repository": "app", "policy": keepTen}, Changes: []cloudtest.Change{
		cloudtest.Replaces("repository", "site"),
		cloudtest.Replaces("policy", canonicalJSON(strings.Replace(keepTen, "10", "20", 1))),
		cloudtest.Ignored("policy", strings.ReplaceAll(keepTen, ",", ", ")).When("spaced otherwise"),
	}}
}
