package s3_test

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/s3"
	"crosscloud/infra/twin/services/servicestest"
	"crosscloud/infra/twin/state"
)

const (
	pathHost   = "s3.us-east-1.amazonaws.com"
	bucketHost = "assets.s3.us-east-1.amazonaws.com"
)

type fixture struct {
	*servicestest.Twin
	server  *httptest.Server
	objects gofakes3.Backend
}

func newFixture(t *testing.T) *fixture {
	tw := servicestest.New(t)
	objects, err := state.Objects(tw.Store)
	require.NoError(t, err)
	require.NoError(t, objects.CreateBucket("assets"))
	require.NoError(t, objects.CreateBucket("other"))
	return &fixture{tw, tw.Serve(s3.New(tw.Verifier, objects, pathHost, slog.New(slog.DiscardHandler))), objects}
}

func (f *fixture) put(t *testing.T, bucket, key, content string) {
	_, err := f.objects.PutObject(bucket, key, map[string]string{}, strings.NewReader(content), int64(len(content)), nil)
	require.NoError(t, err)
}

// curl gives the body's hash, because curl itself does so only from version 8 on. Without another it is that of no body.
func (f *fixture) curl(c awsauth.Credentials, host, path string, args ...string) servicestest.Answer {
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "x-amz-content-sha256: ") }) {
		args = append(args, "--header", "x-amz-content-sha256: "+hash(""))
	}
	return f.Curl(f.server, c, "s3", host, path, args...)
}

func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func TestGetObject(t *testing.T) {
	f := newFixture(t)
	f.Allow("s3:GetObject", "arn:aws:s3:::assets/bundles/*")
	f.put(t, "assets", "bundles/a b+c.tar.gz", "bundle")
	f.put(t, "assets", "private/key", "secret")
	f.put(t, "other", "bundles/x", "secret")
	creds := f.Credentials()

	assert.Equal(t, servicestest.Answer{Status: 200, Body: "bundle"}, f.curl(creds, pathHost, "/assets/bundles/a%20b%2Bc.tar.gz"))
	assert.Equal(t, servicestest.Answer{Status: 200, Body: "bundle"}, f.curl(creds, bucketHost, "/bundles/a%20b%2Bc.tar.gz"))
	assert.Equal(t, servicestest.Answer{Status: 206, Body: "und"}, f.curl(creds, bucketHost, "/bundles/a%20b%2Bc.tar.gz", "--header", "Range: bytes=1-3"))

	for name, got := range map[string]servicestest.Answer{
		"another prefix":    f.curl(creds, bucketHost, "/private/key"),
		"another bucket":    f.curl(creds, pathHost, "/other/bundles/x"),
		"a key that is not": f.curl(creds, bucketHost, "/bundles/none"),
	} {
		assert.Equal(t, 403, got.Status, name)
		assert.Contains(t, got.Body, "<Code>AccessDenied</Code>", name)
	}

	f.Allow("s3:GetObject", "arn:aws:s3:::assets/bundles/*", "s3:ListBucket", "arn:aws:s3:::assets")
	got := f.curl(creds, bucketHost, "/bundles/none")
	assert.Equal(t, 404, got.Status, "who may list learns that it is missing")
	assert.Contains(t, got.Body, "NoSuchKey")
	got = f.curl(creds, pathHost, "/none/bundles/x")
	assert.Equal(t, 404, got.Status, "everybody learns which buckets there are")
	assert.Contains(t, got.Body, "<Code>NoSuchBucket</Code>")
}

func TestKeysStayInTheirBucket(t *testing.T) {
	f := newFixture(t)
	f.Allow("s3:*", "arn:aws:s3:::assets/*")
	f.put(t, "other", "x", "secret")
	for _, path := range []string{"/assets/../other/x", "/assets/%2e%2e/other/x", "/assets/a/%2e%2e/%2e%2e/other/x", "/assets/a//x", "/assets/./x"} {
		got := f.curl(f.Credentials(), pathHost, path)
		assert.Contains(t, []int{400, 403}, got.Status, path) // curl before version 8 signs %2e differently
		assert.NotContains(t, got.Body, "secret", path)
	}

	// A bucket's name must not be a way to another bucket either, past what is said about that one.
	f.Allow("s3:GetObject", "arn:aws:s3:::./*", "s3:ListBucket", "arn:aws:s3:::.")
	got := f.curl(f.Credentials(), pathHost, "/./other/x")
	assert.Equal(t, 400, got.Status)
	assert.NotContains(t, got.Body, "secret")
}

func TestWhatIsNotModelledIsNamed(t *testing.T) {
	f := newFixture(t)
	for _, tc := range []struct {
		path, want string
		args       []string
	}{
		{"/", "ListBuckets", nil},
		{"/assets/x?versionId=1", "parameter versionId", nil},
		{"/assets/x", "PUT of an object", []string{"--request", "PUT", "--data-binary", "x"}},
		{"/assets/x", "POST of an object", []string{"--data", "x"}},
		{"/assets/x", "DELETE of an object", []string{"--request", "DELETE"}},
		{"/assets?list-type=2", "GET of a bucket", nil},
		{"/new", "PUT of a bucket", []string{"--request", "PUT"}},
	} {
		got := f.curl(f.Credentials(), pathHost, tc.path, tc.args...)
		assert.Equal(t, 501, got.Status, tc.path)
		assert.Contains(t, got.Body, tc.want)
	}
}
