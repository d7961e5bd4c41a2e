package aws

import (
	"strings"
)

func refusedParameter(f *fixture) []refused {
	good := values{"name": "/a/b", "type": "String", "value": "v"}
	f.MustUp(parameterToken, "first", good)
	changed := func(changes values) values { return with(with(good, values{"name": "/c"}), changes) }
	names, tiers := ssmGuide+"sysman-paramstore-su-create.html", ssmGuide+"parameter-store-advanced-parameters.html"
	return []refused{
		{"there already", ssmAPI + "API_PutParameter.html", parameterToken, good, nil, "ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."},
		{"another type", ssmAPI + "API_PutParameter.html", parameterToken, changed(values{"name": "/a/b", "type": "SecureString", "overwrite": true}), nil, "HierarchyTypeMismatchException", "Parameter Store does not support changing a parameter type in a hierarchy."},
		{"unknown type", provider + "ssm_parameter", parameterToken, changed(values{"type": "Secret"}), nil, "", "expected type to be one of"},
		{"no value", ssmAPI + "API_PutParameter.html", parameterToken, changed(values{"value": nil}), nil, "ValidationException", "Member must have length greater than or equal to 1"},
		{"insecure secret", provider + "ssm_parameter", parameterToken, changed(values{"type": "SecureString", "value": nil, "insecureValue": "w"}), nil, "", "cannot set type = SecureString and insecure_value"},
		{"AWS's own name", names, parameterToken, changed(values{"name": "/aws/x"}), nil, "AccessDeniedException", "No access to reserved parameter name: aws/x."},
		{"AWS's own prefix", names, parameterToken, changed(values{"name": "/AWSome/x"}), nil, "AccessDeniedException", "No access to reserved parameter name: AWSome/x."},
		{"name of ssm", names, parameterToken, changed(values{"name": "/ssm/x"}), nil, "ValidationException", `can't be prefixed with "ssm" (case-insensitive)`},
		{"name with spaces", names, parameterToken, changed(values{"name": "/a b"}), nil, "ValidationException", "a mix of letters, numbers and the following 3 symbols .-_"},
		{"relative path", names, parameterToken, changed(values{"name": "a/b"}), nil, "ValidationException", "Parameter name must be a fully qualified name."},
		{"deep path", names, parameterToken, changed(values{"name": strings.Repeat("/x", 16)}), nil, "HierarchyLevelLimitExceededException", "15 levels"},
		{"long value", tiers, parameterToken, changed(values{"value": strings.Repeat("x", 4097)}), nil, "ValidationException", "Standard tier parameters support a maximum parameter value of 4096 characters."},
		{"very long value", tiers, parameterToken, changed(values{"tier": "Advanced", "value": strings.Repeat("x", 8193)}), nil, "ValidationException", "maximum parameter value of 8192 characters"},
		{"unknown tier", provider + "ssm_parameter", parameterToken, changed(values{"tier": "Premium"}), nil, "", "expected tier to be one of"},
	}
}

func refusedBucket(f *fixture) []refused {
	f.MustUp(bucketToken, "bundles", values{"bucket": "bundles"})
	object := func(changes values) values {
		return with(values{"bucket": "bundles", "key": "k", "content": "x"}, changes)
	}
	names, errors := s3Guide+"bucketnamingrules.html", s3API+"ErrorResponses.html"
	return []refused{
		{"twice", errors, bucketToken, values{"bucket": "bundles"}, nil, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it."},
		{"name of another account", errors, bucketToken, values{"bucket": "commoncrawl"}, nil, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system."},
		{"capitals", names, bucketToken, values{"bucket": "Bundles"}, nil, "", "lowercase letters"},
		{"underscore", names, bucketToken, values{"bucket": "my_bundles"}, nil, "", "lowercase letters"},
		{"two characters", names, bucketToken, values{"bucket": "ab"}, nil, "", "3 to 63"},
		{"64 characters", names, bucketToken, values{"bucket": strings.Repeat("b", 64)}, nil, "", "3 to 63"},
		{"two dots", names, bucketToken, values{"bucket": "a..b"}, nil, "", "two dots in a row"},
		{"an address", names, bucketToken, values{"bucket": "192.0.2.1"}, nil, "", "formatted as an IP address"},
		{"reserved prefix", names, bucketToken, values{"bucket": "xn--bundles"}, nil, "", "must not start with xn--"},
		{"reserved suffix", names, bucketToken, values{"bucket": "bundles-s3alias"}, nil, "", "must not end with -s3alias"},
		{"not empty", errors, "", nil, func() error {
			f.MustUp(bucketToken, "full", values{"bucket": "full"})
			f.MustUp(objectToken, "in it", object(values{"bucket": "full"}))
			return f.Destroy("full")
		}, "BucketNotEmpty", "The bucket you tried to delete is not empty"},
		{"object of no bucket", errors, objectToken, object(values{"bucket": "absent"}), nil, "NoSuchBucket", "The specified bucket does not exist"},
		{"long key", errors, objectToken, object(values{"key": strings.Repeat("k", 1025)}), nil, "", "Your key is too long"},
		{"11 tags of an object", s3Guide + "object-tagging.html", objectToken, object(values{"tags": manyTags(11)}), nil, "", "Object tags cannot be greater than 10"},
		{"odd versioning", s3API + "API_PutBucketVersioning.html", "aws:s3/bucketVersioningV2:BucketVersioningV2", values{"bucket": "bundles", "versioningConfiguration": values{"status": "On"}}, nil, "", "expected versioningConfiguration.status"},
		{"idle lifecycle", s3API + "API_PutBucketLifecycleConfiguration.html", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", values{"bucket": "bundles", "rules": []any{values{"id": "x", "status": "Enabled"}}}, nil, "", "At least one action"},
	}
}

func refusedRegistry(f *fixture) []refused {
	f.MustUp(repositoryToken, "app", values{"name": "app"})
	const lifecycle = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
	create := ecrAPI + "API_CreateRepository.html"
	return []refused{
		{"twice", create, repositoryToken, values{"name": "app"}, nil, "RepositoryAlreadyExistsException", "The repository with name 'app' already exists in the registry with id '111122223333'"},
		{"capitals", create, repositoryToken, values{"name": "App"}, nil, "", `invalid repository name "App"`},
		{"one character", create, repositoryToken, values{"name": "a"}, nil, "", "must be 2 to 256 characters"},
		{"mutability", create, repositoryToken, values{"name": "new", "imageTagMutability": "SOMETIMES"}, nil, "", "expected imageTagMutability to be one of"},
		{"policy of no repository", ecrAPI + "API_PutLifecyclePolicy.html", lifecycle, values{"repository": "absent", "policy": keepTen}, nil, "RepositoryNotFoundException", "absent"},
		{"policy of no use", ecrGuide + "LifecyclePolicies.html", lifecycle, values{"repository": "app", "policy": `{"rules":[]}`}, nil, "InvalidParameterException", "Lifecycle policy validation failure"},
		{"policy that is no JSON", provider + "ecr_lifecycle_policy", lifecycle, values{"repository": "app", "policy": "keep ten"}, nil, "", "contains an invalid JSON"},
		{"not empty", ecrAPI + "API_DeleteRepository.html", "", nil, func() error {
			f.MustUp(repositoryToken, "full", values{"name": "full"})
			f.push("full")
			return f.Destroy("full")
		}, "RepositoryNotEmptyException", "The repository with name 'full' in registry with id '111122223333' cannot be deleted because it still contains images"},
	}
}
