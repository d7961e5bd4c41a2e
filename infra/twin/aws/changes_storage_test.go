package aws

import (
	"encoding/base64"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
)

const (
	publicAccessBlockToken = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	encryptionToken        = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	versioningToken        = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	lifecycleToken         = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	lifecyclePolicyToken   = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
)

func parameterChanges(*fixture) cloudtest.Kind {
	args := values{"name": "/a/b", "type": "String", "value": "v"}
	return cloudtest.Kind{Source: "ssm/parameter.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("name", "/a/c"),
		// The provider tries it in place, and Systems Manager refuses.
		cloudtest.Refused("type", "SecureString", "HierarchyTypeMismatchException"),
		cloudtest.InPlace("value", "w"),
		cloudtest.InPlace("insecureValue", "w").From("v").With("value", nil),
		cloudtest.InPlace("tier", "Advanced").From("Standard"),
		cloudtest.Replaces("tier", "Standard").From("Advanced").When("there is no way back"),
		cloudtest.Ignored("tier", nil).From("Advanced").When("no longer given"),
		cloudtest.InPlace("description", "A letter"),
		cloudtest.Ignored("overwrite", false).When("spelt out"),
		cloudtest.InPlace("overwrite", true),
		cloudtest.InPlace("tags", some),
	}}
}

func bucketChanges(*fixture) cloudtest.Kind {
	return cloudtest.Kind{Source: "s3/bucket.go", Args: values{}, Changes: []cloudtest.Change{
		cloudtest.Replaces("bucket", "others").From("bundles"),
		cloudtest.Replaces("bucketPrefix", "others-").From("bundles-"),
		cloudtest.Ignored("forceDestroy", false).When("spelt out"),
		cloudtest.InPlace("forceDestroy", true),
		cloudtest.InPlace("tags", some),
	}}
}

// buckets makes two, of which the first is the one that a setting or an object belongs to.
func (f *fixture) buckets() (first, second string) {
	f.MustUp(bucketToken, "bundles", values{"bucket": "bundles"})
	f.MustUp(bucketToken, "others", values{"bucket": "others"})
	return "bundles", "others"
}

func objectChanges(f *fixture) cloudtest.Kind {
	first, second := f.buckets()
	file := func(text string) *asset.Asset {
		a, err := asset.FromText(text)
		require.NoError(f.t, err)
		return a
	}
	bytes := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	args := values{"bucket": first, "key": "one", "content": "1"}
	return cloudtest.Kind{Source: "s3/object.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("bucket", second),
		cloudtest.Replaces("key", "two"),
		cloudtest.InPlace("source", file("2")).From(file("1")).With("content", nil),
		cloudtest.InPlace("content", "2"),
		cloudtest.InPlace("contentBase64", bytes("2")).From(bytes("1")).With("content", nil),
		cloudtest.InPlace("etag", "c81e728d9d4c2f636f067f89cc14862c").From("c4ca4238a0b923820dcc509a6f75849b").And("content", "2"),
		cloudtest.Ignored("etag", nil).From("c4ca4238a0b923820dcc509a6f75849b").When("no longer given"),
		cloudtest.InPlace("contentType", "text/plain"),
		cloudtest.Ignored("contentType", nil).From("text/plain").When("no longer given"),
		cloudtest.InPlace("metadata", values{"colour": "red"}),
		cloudtest.InPlace("tags", some),
	}}
}

func publicAccessBlockChanges(f *fixture) cloudtest.Kind {
	first, second := f.buckets()
	return cloudtest.Kind{Source: "s3/bucket_public_access_block.go", Args: values{"bucket": first}, Changes: []cloudtest.Change{
		cloudtest.Replaces("bucket", second),
		cloudtest.InPlace("blockPublicAcls", true),
		cloudtest.InPlace("blockPublicPolicy", true),
		cloudtest.InPlace("ignorePublicAcls", true),
		cloudtest.InPlace("restrictPublicBuckets", true),
	}}
}

func encryptionChanges(f *fixture) cloudtest.Kind {
	first, second := f.buckets()
	args := values{"bucket": first, "rules": []any{values{"applyServerSideEncryptionByDefault": values{"sseAlgorithm": "AES256"}}}}
	return cloudtest.Kind{Source: "s3/bucket_server_side_encryption_configuration.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("bucket", second),
		cloudtest.Refused("rules[*].applyServerSideEncryptionByDefault.sseAlgorithm", "aws:kms", `to be one of ["AES256"], got aws:kms`),
		cloudtest.InPlace("rules[*].bucketKeyEnabled", true),
	}}
}

func versioningChanges(f *fixture) cloudtest.Kind {
	first, second := f.buckets()
	const status = "versioningConfiguration.status"
	args := values{"bucket": first, "versioningConfiguration": values{"status": "Enabled"}}
	return cloudtest.Kind{Source: "s3/bucket_versioning.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("bucket", second),
		cloudtest.InPlace(status, "Suspended"),
		cloudtest.InPlace(status, "Enabled").From("Disabled").When("for the first time"),
		cloudtest.Refused(status, "Disabled", "versioning_configuration.status cannot be updated from 'Enabled' to 'Disabled'").When("there is no way back"),
	}}
}

func lifecycleChanges(f *fixture) cloudtest.Kind {
	first, second := f.buckets()
	args := values{"bucket": first, "rules": []any{values{
		"id": "old", "status": "Enabled", "filter": values{"prefix": "bundles/"}, "expiration": values{"days": 90},
		"noncurrentVersionExpiration":    values{"noncurrentDays": 30, "newerNoncurrentVersions": 5},
		"abortIncompleteMultipartUpload": values{"daysAfterInitiation": 7},
	}}}
	return cloudtest.Kind{Source: "s3/bucket_lifecycle_configuration.go", Args: args, Changes: []cloudtest.Change{
		cloudtest.Replaces("bucket", second),
		cloudtest.InPlace("rules[*].id", "older"),
		cloudtest.InPlace("rules[*].status", "Disabled"),
		cloudtest.InPlace("rules[*].filter.prefix", "logs/"),
		cloudtest.InPlace("rules[*].expiration.days", 91),
		cloudtest.InPlace("rules[*].noncurrentVersionExpiration.noncurrentDays", 31),
		cloudtest.InPlace("rules[*].noncurrentVersionExpiration.newerNoncurrentVersions", 6),
		cloudtest.InPlace("rules[*].abortIncompleteMultipartUpload.daysAfterInitiation", 8),
	}}
}
