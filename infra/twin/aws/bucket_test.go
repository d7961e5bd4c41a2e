package aws

import (
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

func (f *fixture) contents(bucket, key string) (string, map[string]string) {
	f.t.Helper()
	objects, err := state.Objects(f.store)
	require.NoError(f.t, err)
	found, err := objects.GetObject(bucket, key, nil)
	require.NoError(f.t, err)
	defer found.Contents.Close()
	text, err := io.ReadAll(found.Contents)
	require.NoError(f.t, err)
	return string(text), found.Metadata
}

func TestBucket(t *testing.T) {
	f := newFixture(t)
	made := f.MustUp(bucketToken, "bundles", values{"bucketPrefix": "crosscloud-local-", "tags": values{"a": "b"}})
	name := made.ID
	assert.Regexp(t, "^crosscloud-local-[0-9a-f]{7}$", name)
	assert.Equal(t, name, made.Output("bucket"))
	assert.Equal(t, "arn:aws:s3:::"+name, made.Output("arn"))

	objects, err := state.Objects(f.store)
	require.NoError(t, err)
	require.NoError(t, objects.CreateBucket("half"))
	f.MustUp(bucketToken, "half", values{"bucket": "half"}) // whose first creation was ended half-way

	for resource, test := range map[string]struct {
		token string
		args  values
	}{
		"private":   {"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", values{"blockPublicAcls": true, "restrictPublicBuckets": true}},
		"encrypted": {"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", values{"rules": []any{values{"applyServerSideEncryptionByDefault": values{"sseAlgorithm": "AES256"}}}}},
		"versioned": {"aws:s3/bucketVersioningV2:BucketVersioningV2", values{"versioningConfiguration": values{"status": "Enabled"}}},
		"lifecycle": {"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", values{"rules": []any{values{
			"id": "old", "status": "Enabled", "filter": values{"prefix": "bundles/"}, "noncurrentVersionExpiration": values{"noncurrentDays": 30}}}}},
	} {
		args := with(test.args, values{"bucket": name})
		assert.Equal(t, name, f.MustUp(test.token, resource, args).ID)
		require.True(t, f.Refresh(resource))
		assert.Equal(t, cloudtest.Same, f.MustUp(test.token, resource, args).Change, resource)
		_, err := f.Up(test.token, resource+" of none", with(test.args, values{"bucket": "absent"}))
		assert.ErrorContains(t, err, "NoSuchBucket", resource)
	}
	require.NoError(t, f.Destroy("versioned"))
}

func TestObject(t *testing.T) {
	f := newFixture(t)
	f.MustUp(bucketToken, "bundles", values{"bucket": "bundles"})
	args := values{"bucket": "bundles", "key": "bundles/one.tar.gz", "contentBase64": base64.StdEncoding.EncodeToString([]byte("one")), "contentType": "application/gzip"}
	made := f.MustUp(objectToken, "one", args)
	text, meta := f.contents("bundles", "bundles/one.tar.gz")
	assert.Equal(t, "one", text)
	assert.Equal(t, "application/gzip", meta["Content-Type"])
	assert.Equal(t, "f97c5d29941bfb1b2fdab0874906ab82", made.Output("etag"))

	changed := f.MustUp(objectToken, "one", with(args, values{"contentBase64": nil, "content": "two"}))
	assert.Equal(t, cloudtest.Updated, changed.Change)
	text, _ = f.contents("bundles", "bundles/one.tar.gz")
	assert.Equal(t, "two", text)
	source, err := asset.FromText("three")
	require.NoError(t, err)
	f.MustUp(objectToken, "one", with(args, values{"contentBase64": nil, "source": source}))
	text, _ = f.contents("bundles", "bundles/one.tar.gz")
	assert.Equal(t, "three", text)
	require.True(t, f.Refresh("one"))
	assert.Equal(t, cloudtest.Same, f.MustUp(objectToken, "one", with(args, values{"contentBase64": nil, "source": source})).Change)

	objects, err := state.Objects(f.store)
	require.NoError(t, err)
	_, err = objects.PutObject("bundles", "bundles/one.tar.gz", map[string]string{}, strings.NewReader("tampered"), 8, nil)
	require.NoError(t, err)
	require.True(t, f.Refresh("one"))
	three := with(args, values{"contentBase64": nil, "source": source})
	assert.Equal(t, cloudtest.Same, f.MustUp(objectToken, "one", three).Change, "the AWS provider does not look at the contents")
	three["etag"] = "35d6d33467aae9a2e3dccb4b6b027878"
	assert.Equal(t, cloudtest.Updated, f.MustUp(objectToken, "one", three).Change, "but at the checksum")
	text, _ = f.contents("bundles", "bundles/one.tar.gz")
	assert.Equal(t, "three", text)
	require.True(t, f.Refresh("one"))
	assert.Equal(t, cloudtest.Same, f.MustUp(objectToken, "one", three).Change)

	f.MustUp(bucketToken, "bundles", values{"bucket": "bundles", "forceDestroy": true})
	require.NoError(t, f.Destroy("bundles"))
	left, err := state.List[object](f.store)
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.False(t, f.Refresh("one"), "the bucket took it along")
}

func TestWhatTheTwinDoesNotKnowOfBuckets(t *testing.T) {
	f := newFixture(t)
	f.MustUp(bucketToken, "bundles", values{"bucket": "bundles"})
	for name, test := range map[string]struct {
		token string
		args  values
		want  string
	}{
		"two contents":   {objectToken, values{"bucket": "bundles", "key": "k", "content": "x", "contentBase64": "eA=="}, "only one of"},
		"two dots":       {objectToken, values{"bucket": "bundles", "key": "../others/k", "content": "x"}, "a key has no empty, . or .. part"},
		"broken content": {objectToken, values{"bucket": "bundles", "key": "k", "contentBase64": "%"}, "illegal base64"},
		"foreign lock":   {bucketToken, values{"bucket": "other", "acl": "public-read"}, "acl: Invalid or unknown key"},
		"odd encryption": {"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", values{"bucket": "bundles", "rules": []any{values{"applyServerSideEncryptionByDefault": values{"sseAlgorithm": "rot13"}}}}, "sseAlgorithm"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Up(test.token, "new "+name, test.args)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func manyTags(n int) values {
	tags := values{}
	for i := range n {
		tags[strings.Repeat("t", i+1)] = "x"
	}
	return tags
}
