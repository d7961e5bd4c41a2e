package s3_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
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
		"another prefix":      f.curl(creds, bucketHost, "/private/key"),
		"another bucket":      f.curl(creds, pathHost, "/other/bundles/x"),
		"a key that is not":   f.curl(creds, bucketHost, "/bundles/none"),
		"writing":             f.curl(creds, bucketHost, "/bundles/new", "--request", "PUT", "--data-binary", "x"),
		"listing":             f.curl(creds, pathHost, "/assets"),
		"a bucket that isn't": f.curl(creds, pathHost, "/none/bundles/x"),
	} {
		assert.Equal(t, 403, got.Status, name)
		assert.Contains(t, got.Body, "<Code>AccessDenied</Code>", name)
	}

	f.Allow("s3:GetObject", "arn:aws:s3:::assets/bundles/*", "s3:ListBucket", "arn:aws:s3:::assets")
	got := f.curl(creds, bucketHost, "/bundles/none")
	assert.Equal(t, 404, got.Status, "who may list learns that it is missing")
	assert.Contains(t, got.Body, "NoSuchKey")
	got = f.curl(creds, pathHost, "/assets?list-type=2&prefix=bundles%2F")
	assert.Equal(t, 200, got.Status)
	assert.Contains(t, got.Body, "<Key>bundles/a b+c.tar.gz</Key>")
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

func TestPutObject(t *testing.T) {
	f := newFixture(t)
	f.Allow("s3:PutObject", "arn:aws:s3:::assets/status/*", "s3:GetObject", "arn:aws:s3:::assets/*", "s3:DeleteObject", "arn:aws:s3:::assets/*")
	creds := f.Credentials()
	content := strings.Repeat("line\n", 1<<16)
	file := filepath.Join(t.TempDir(), "body")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))

	got := f.curl(creds, bucketHost, "/status/web", "--request", "PUT", "--data-binary", "@"+file, "--header", "x-amz-content-sha256: "+hash(content))
	require.Equal(t, 200, got.Status, got.Body)
	object, err := f.objects.GetObject("assets", "status/web", nil)
	require.NoError(t, err)
	defer object.Contents.Close()
	stored, err := io.ReadAll(object.Contents)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(stored, []byte(content)))
	for header, value := range object.Metadata {
		assert.NotContains(t, value, creds.SessionToken, "credentials are not kept with the object: %s", header)
	}

	got = f.curl(creds, bucketHost, "/status/web", "--request", "DELETE")
	assert.Equal(t, 204, got.Status)
	assert.Equal(t, 403, f.curl(creds, bucketHost, "/status/web").Status)
}

func TestWhatIsNotModelledIsNamed(t *testing.T) {
	f := newFixture(t)
	operator := f.Verifier.OperatorCredentials()
	for _, tc := range []struct {
		path, want string
		args       []string
	}{
		{"/", "ListBuckets", nil},
		{"/assets/x?uploads=", "parameter uploads", []string{"--request", "PUT"}},
		{"/assets/x", "POST of an object", []string{"--data", "x"}},
		{"/assets?acl=", "parameter acl", nil},
		{"/new", "PUT of a bucket", []string{"--request", "PUT"}},
		{"/assets/x", "CopyObject", []string{"--request", "PUT", "--header", "x-amz-copy-source: /other/x"}},
	} {
		got := f.curl(operator, pathHost, tc.path, tc.args...)
		assert.Equal(t, 501, got.Status, tc.path)
		assert.Contains(t, got.Body, tc.want)
	}
}

func TestBodyMustBeTheOneThatWasSigned(t *testing.T) {
	f := newFixture(t)
	operator := f.Verifier.OperatorCredentials()
	got := f.curl(operator, bucketHost, "/x", "--request", "PUT", "--data-binary", "other", "--header", "x-amz-content-sha256: "+hash(""))
	assert.Equal(t, 400, got.Status)
	assert.Contains(t, got.Body, "XAmzContentSHA256Mismatch")
	got = f.curl(operator, bucketHost, "/x", "--request", "PUT", "--data-binary", "body", "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD")
	assert.Equal(t, 200, got.Status, got.Body)
	got = f.curl(operator, bucketHost, "/x", "--request", "PUT", "--data-binary", "body", "--header", "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
	assert.Equal(t, 501, got.Status, got.Body)
	object, err := f.objects.HeadObject("assets", "x")
	require.NoError(t, err)
	assert.EqualValues(t, 4, object.Size)
}
