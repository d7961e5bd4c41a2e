package aws

import (
	"strings"
)

// badName is how Parameter Store refuses most names.
const badName = `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths ` +
	`divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`

// longValue is how it refuses a value over 4 KiB.
const longValue = "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, " +
	"upgrade the parameter to use the advanced-parameter tier."

func refusedParameter(f *fixture) []refused {
	good := values{"name": "/a/b", "type": "String", "value": "v"}
	f.MustUp(parameterToken, "first", good)
	changed := func(changes values) values { return with(with(good, values{"name": "/c"}), changes) }
	const schema, put = upstream + "ssm/parameter.go", ssmAPI + "API_PutParameter.html"
	const form = github + "aws-ia/terraform-aws-control_tower_account_factory/issues/467" // has the whole message
	names, tiers := ssmGuide+"sysman-paramstore-su-create.html", ssmGuide+"parameter-store-advanced-parameters.html"
	return []refused{
		{"there already", github + "getmoto/moto/blob/master/moto/ssm/models.py", parameterToken, good, nil, "ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."},
		{"another type", put, parameterToken, changed(values{"name": "/a/b", "type": "SecureString", "overwrite": true}), nil, "HierarchyTypeMismatchException", "Parameter Store does not support changing a parameter type in a hierarchy."},
		{"unknown type", schema, parameterToken, changed(values{"type": "Secret"}), nil, "", `expected type to be one of ["String" "StringList" "SecureString"], got Secret`},
		{"no value", schema, parameterToken, changed(values{"value": nil}), nil, "", `one of ["value" "insecureValue"] must be specified`},
		{"two values", schema, parameterToken, changed(values{"insecureValue": "w"}), nil, "", `only one of ["value" "insecureValue"] can be specified`},
		{"empty value", github + "ministryofjustice/modernisation-platform/pull/8116", parameterToken, changed(values{"value": ""}), nil, "ValidationException",
			"1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"another parameter in the value", put, parameterToken, changed(values{"value": "{{ ssm:one }}"}), nil, "ValidationException",
			`Parameter value can't nest another parameter. Do not use "{{}}" in the value.`},
		{"insecure secret", schema, parameterToken, changed(values{"type": "SecureString", "value": nil, "insecureValue": "w"}), nil, "", "cannot set type = SecureString and insecure_value"},
		{"AWS's own name", names, parameterToken, changed(values{"name": "/aws/x"}), nil, "AccessDeniedException", anyWords},
		{"AWS's own prefix", names, parameterToken, changed(values{"name": "/AWSome/x"}), nil, "AccessDeniedException", anyWords},
		{"name of ssm", form, parameterToken, changed(values{"name": "/ssm/x"}), nil, "ValidationException", badName},
		{"name with spaces", form, parameterToken, changed(values{"name": "/a b"}), nil, "ValidationException", badName},
		{"name of 1012 characters", put, parameterToken, changed(values{"name": strings.Repeat("n", 1012)}), nil, "ValidationException", anyWords},
		{"relative path", names, parameterToken, changed(values{"name": "a/b"}), nil, "ValidationException", anyWords},
		{"deep path", put, parameterToken, changed(values{"name": strings.Repeat("/x", 16)}), nil, "HierarchyLevelLimitExceededException", anyWords},
		{"long value", github + "aws/aws-sdk-net/issues/3157", parameterToken, changed(values{"value": strings.Repeat("x", 4097)}), nil, "ValidationException", longValue},
		{"very long value", tiers, parameterToken, changed(values{"tier": "Advanced", "value": strings.Repeat("x", 8193)}), nil, "ValidationException", anyWords},
		{"unknown tier", schema, parameterToken, changed(values{"tier": "Premium"}), nil, "", `expected tier to be one of ["Standard" "Advanced" "Intelligent-Tiering"], got Premium`},
	}
}

func refusedBucket(f *fixture) []refused {
	f.MustUp(bucketToken, "bundles", values{"bucket": "bundles"})
	object := func(changes values) values {
		return with(values{"bucket": "bundles", "key": "k", "content": "x"}, changes)
	}
	const errors, form = s3API + "ErrorResponses.html", github + "hashicorp/terraform/issues/26065"
	bucket := func(name string) values { return values{"bucket": name} }
	rules := func(all ...any) values { return values{"bucket": "bundles", "rules": all} }
	expiring := values{"id": "x", "status": "Enabled", "expiration": values{"days": 1}}
	const schema, invalid = upstream + "s3/bucket.go", "The specified bucket is not valid."
	return []refused{
		{"twice", schema, "", nil, func() error {
			_, err := f.Up(bucketToken, "twice", bucket("bundles"))
			return err
		}, "", "creating S3 Bucket (bundles): BucketAlreadyExists"},
		{"name of another account", errors, bucketToken, values{"bucket": "commoncrawl"}, nil, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system."},
		{"64 characters", schema, bucketToken, bucket(strings.Repeat("b", 64)), nil, "", "expected length of bucket to be in the range (0 - 63), got 64"},
		{"space", schema, "", nil, func() error {
			_, err := f.Up(bucketToken, "space", bucket("my bundles"))
			return err
		}, "", `only alphanumeric characters, hyphens, periods, and underscores allowed in "my bundles"`},
		{"capitals", form, bucketToken, bucket("Bundles"), nil, "InvalidBucketName", invalid},
		{"underscore", form, bucketToken, bucket("my_bundles"), nil, "InvalidBucketName", invalid},
		{"two characters", form, bucketToken, bucket("ab"), nil, "InvalidBucketName", invalid},
		{"two dots", form, bucketToken, bucket("a..b"), nil, "InvalidBucketName", invalid},
		{"an address", form, bucketToken, bucket("192.0.2.1"), nil, "InvalidBucketName", invalid},
		{"reserved prefix", form, bucketToken, bucket("xn--bundles"), nil, "InvalidBucketName", invalid},
		{"reserved suffix", form, bucketToken, bucket("bundles-s3alias"), nil, "InvalidBucketName", invalid},
		{"not empty", errors, "", nil, func() error {
			f.MustUp(bucketToken, "full", values{"bucket": "full"})
			f.MustUp(objectToken, "in it", object(values{"bucket": "full"}))
			return f.Destroy("full")
		}, "BucketNotEmpty", "The bucket you tried to delete is not empty"},
		{"object of no bucket", errors, objectToken, object(values{"bucket": "absent"}), nil, "NoSuchBucket", "The specified bucket does not exist"},
		{"long key", errors, objectToken, object(values{"key": strings.Repeat("k", 1025)}), nil, "KeyTooLongError", "Your key is too long"},
		{"odd versioning", upstream + "s3/bucket_versioning.go", versioningToken, values{"bucket": "bundles", "versioningConfiguration": values{"status": "On"}}, nil, "", `expected versioningConfiguration.status to be one of ["Enabled" "Suspended" "Disabled"], got On`},
		{"idle lifecycle", github + "crossplane-contrib/provider-aws/issues/1337", lifecycleToken, rules(values{"id": "x", "status": "Enabled"}), nil, "InvalidRequest", "At least one action needs to be specified in a rule"},
		{"two rules of one name", github + "pingcap/tiflash/issues/9889", lifecycleToken, rules(expiring, expiring), nil, "InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule"},
	}
}

func refusedRegistry(f *fixture) []refused {
	f.MustUp(repositoryToken, "app", values{"name": "app"})
	const lifecycle = lifecyclePolicyToken
	const form = "Invalid parameter at 'repositoryName' failed to satisfy constraint: "
	return []refused{
		{"twice", motoECR, repositoryToken, values{"name": "app"}, nil, "RepositoryAlreadyExistsException", "The repository with name 'app' already exists in the registry with id '111122223333'"},
		{"capitals", github + "int128/create-ecr-repository-action/issues/231", repositoryToken, values{"name": "App"}, nil, "InvalidParameterException",
			form + "'must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''"},
		{"one character", github + "aws/aws-dotnet-deploy/issues/549", repositoryToken, values{"name": "a"}, nil, "InvalidParameterException", form + "'must have length greater than or equal to 2'"},
		{"257 characters", ecrAPI + "API_CreateRepository.html", repositoryToken, values{"name": strings.Repeat("a", 257)}, nil, "InvalidParameterException", anyWords},
		{"mutability", upstream + "ecr/repository.go", repositoryToken, values{"name": "new", "imageTagMutability": "SOMETIMES"}, nil, "", `expected imageTagMutability to be one of ["MUTABLE" "IMMUTABLE"], got SOMETIMES`},
		{"policy of no repository", motoECR, lifecycle, values{"repository": "absent", "policy": keepTen}, nil, "RepositoryNotFoundException", "The repository with name 'absent' does not exist in the registry with id '111122223333'"},
		{"policy of no use", ecrGuide + "LifecyclePolicies.html", lifecycle, values{"repository": "app", "policy": `{"rules":[]}`}, nil, "InvalidParameterException", anyWords},
		{"policy that is no JSON", upstream + "ecr/lifecycle_policy.go", lifecycle, values{"repository": "app", "policy": "keep ten"}, nil, "", "contains an invalid JSON"},
		{"not empty", motoECR, "", nil, func() error {
			f.MustUp(repositoryToken, "full", values{"name": "full"})
			f.push("full")
			return f.Destroy("full")
		}, "RepositoryNotEmptyException", "The repository with name 'full' in registry with id '111122223333' cannot be deleted because it still contains images"},
	}
}
