package aws

import "strings"

func refusedTags(f *fixture) []refused {
	f.MustUp(bucketToken, "bundles", values{"bucket": "bundles"})
	with := func(args, tags values) values { return with(args, values{"tags": tags}) }
	vpc := func(tags values) values { return with(values{"cidrBlock": "10.0.0.0/16"}, tags) }
	role := func(tags values) values { return with(values{"name": "web", "assumeRolePolicy": trustEC2}, tags) }
	parameter := func(tags values) values { return with(values{"name": "/a", "type": "String", "value": "v"}, tags) }
	bucket := func(tags values) values { return with(values{"bucket": "others"}, tags) }
	object := func(tags values) values { return with(values{"bucket": "bundles", "key": "k", "content": "x"}, tags) }
	repository := func(tags values) values { return with(values{"name": "app"}, tags) }
	badKey, badValue, longKey := values{"a*b": "v"}, values{"k": "c|d"}, values{strings.Repeat("k", 129): "v"}
	const limits = ec2Guide + "Using_Tags.html"
	const keys, tagValues = github + "versity/versitygw/issues/1232", github + "gardenlinux/gardenlinux/issues/3720"
	return []refused{
		{"51 tags", ec2Errors, vpcToken, vpc(manyTags(51)), nil, "TagLimitExceeded", anyWords},
		{"key of 129 characters", limits, vpcToken, vpc(longKey), nil, "InvalidParameterValue", anyWords},
		{"value of 257 characters", github + "iriusrisk/GoCD-EC2-Elastic-Agent-Plugin/issues/24", vpcToken, vpc(values{"k": strings.Repeat("v", 257)}), nil, "InvalidParameterValue", "Tag value exceeds the maximum length of 256 character"},
		{"AWS's own key in capitals", limits, vpcToken, vpc(values{"AWS:x": "y"}), nil, "InvalidParameterValue", anyWords},
		// The AWS provider leaves such a tag out and goes on; its next preview misses the tag.
		{"AWS's own key", github + "hashicorp/terraform-provider-aws/blob/v5.100.0/internal/provider/tags_interceptor.go", vpcToken, vpc(values{"aws:x": "y"}), nil, "", "the AWS provider leaves tags out whose keys begin with aws:"},

		{"a role's key", iamAPI + "API_Tag.html", roleToken, role(badKey), nil, "ValidationError", anyWords},
		{"a role's value", github + "SWO-GS/auto-tag/issues/90", roleToken, role(badValue), nil, "ValidationError", "1 validation error detected: Value 'c|d' at 'tags."},
		{"a profile's value", iamAPI + "API_Tag.html", profileToken, values{"name": "web", "tags": badValue}, nil, "ValidationError", anyWords},
		{"a parameter's key", ssmAPI + "API_Tag.html", parameterToken, parameter(badKey), nil, "ValidationException", anyWords},
		{"a parameter's value", ssmAPI + "API_Tag.html", parameterToken, parameter(badValue), nil, "ValidationException", anyWords},
		{"a bucket's key", keys, bucketToken, bucket(badKey), nil, "InvalidTag", "The TagKey you have provided is invalid"},
		{"a bucket's long key", keys, bucketToken, bucket(longKey), nil, "InvalidTag", "The TagKey you have provided is invalid"},
		{"a bucket's empty key", keys, bucketToken, bucket(values{"": "v"}), nil, "InvalidTag", "The TagKey you have provided is invalid"},
		{"a bucket's value", tagValues, bucketToken, bucket(badValue), nil, "InvalidTag", "The TagValue you have provided is invalid"},
		{"an object's value", tagValues, objectToken, object(badValue), nil, "InvalidTag", "The TagValue you have provided is invalid"},
		{"11 tags of an object", github + "boto/boto3/issues/1213", objectToken, object(manyTags(11)), nil, "BadRequest", "Object tags cannot be greater than 10"},
		{"a repository's value", github + "aprin-labs/archimedes/pull/1054", repositoryToken, repository(badValue), nil, "InvalidTagParameterException", anyWords},
		{"51 tags of a repository", ecrAPI + "API_CreateRepository.html", repositoryToken, repository(manyTags(51)), nil, "TooManyTagsException", anyWords},
	}
}
