package ssm_test

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/servicestest"
	"crosscloud/infra/twin/services/ssm"
	"crosscloud/infra/twin/state"
)

const (
	host    = "ssm.us-east-1.amazonaws.com"
	own     = "arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/local/*"
	desired = "/crosscloud/local/desired"
)

type fixture struct {
	*servicestest.Twin
	t      *testing.T
	server *httptest.Server
}

func newFixture(t *testing.T) *fixture {
	tw := servicestest.New(t)
	return &fixture{tw, t, tw.Serve(ssm.New(tw.Store, tw.Mint, tw.Verifier, servicestest.Account, servicestest.Region, slog.New(slog.DiscardHandler), tw.Now))}
}

// call returns the status and the document.
func (f *fixture) call(c awsauth.Credentials, operation, input string) (int, map[string]any) {
	f.t.Helper()
	a := f.Curl(f.server, c, "ssm", host, "/", "--header", "X-Amz-Target: AmazonSSM."+operation,
		"--header", "Content-Type: application/x-amz-json-1.1", "--data", input)
	var out map[string]any
	require.NoError(f.t, json.Unmarshal([]byte(a.Body), &out), a.Body)
	return a.Status, out
}

func (f *fixture) store(p state.Parameter) { require.NoError(f.t, state.Put(f.Store, p.Name, p)) }

func TestGetParameter(t *testing.T) {
	f := newFixture(t)
	f.Allow("ssm:GetParameter", own)
	f.store(state.Parameter{Name: desired, Type: "String", Value: "{\"é\":1}", Version: 3, Modified: time.UnixMilli(1_700_000_000_250)})
	f.store(state.Parameter{Name: "/crosscloud/local/database-url", Type: "SecureString", Value: "postgres://x", Version: 1})
	creds := f.Credentials()

	status, out := f.call(creds, "GetParameter", `{"Name":"`+desired+`"}`)
	require.Equal(t, 200, status, out)
	assert.Equal(t, map[string]any{
		"ARN": "arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/local/desired", "DataType": "text",
		"LastModifiedDate": 1700000000.25, "Name": desired, "Type": "String", "Value": "{\"é\":1}", "Version": 3.0,
	}, out["Parameter"])

	for selector, want := range map[string]string{
		desired + ":3": "", "arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/local/desired": "",
		desired + ":2": "ParameterVersionNotFound", "/crosscloud/local/none": "ParameterNotFound",
		desired + ":label": "ValidationException", "": "ValidationException",
		"/crosscloud/prod/desired": "AccessDeniedException", "/crosscloud/prod/none": "AccessDeniedException",
	} {
		status, out := f.call(creds, "GetParameter", `{"Name":"`+selector+`"}`)
		if want == "" {
			assert.Equal(t, 200, status, selector)
			continue
		}
		assert.Equal(t, 400, status, selector)
		assert.Equal(t, want, out["__type"], selector)
	}

	value := func(input string) string {
		status, out := f.call(creds, "GetParameter", input)
		require.Equal(t, 200, status, out)
		return out["Parameter"].(map[string]any)["Value"].(string)
	}
	assert.Equal(t, "postgres://x", value(`{"Name":"/crosscloud/local/database-url","WithDecryption":true}`))
	assert.NotContains(t, value(`{"Name":"/crosscloud/local/database-url"}`), "postgres")
}

func TestPutParameter(t *testing.T) {
	f := newFixture(t)
	f.Allow("ssm:PutParameter", own)
	creds := f.Credentials()
	const name = `"Name":"/crosscloud/local/status"`
	for _, step := range []struct{ input, want string }{
		{`{` + name + `,"Value":"1"}`, "ValidationException"}, // no type
		{`{` + name + `,"Value":"1","Type":"Text"}`, "UnsupportedParameterType"},
		{`{` + name + `,"Value":"","Type":"String"}`, "ValidationException"},
		{`{` + name + `,"Value":"1","Type":"String"}`, "version 1"},
		{`{` + name + `,"Value":"2","Type":"String"}`, "ParameterAlreadyExists"},
		{`{` + name + `,"Value":"2","Type":"String","Overwrite":true}`, "version 2"},
		{`{` + name + `,"Value":"3","Overwrite":true}`, "version 3"},
		{`{` + name + `,"Value":"4","Type":"SecureString","Overwrite":true}`, "HierarchyTypeMismatchException"},
		{`{` + name + `,"Value":"` + strings.Repeat("x", 4096) + `","Overwrite":true}`, "version 4"},
		{`{` + name + `,"Value":"` + strings.Repeat("x", 4097) + `","Overwrite":true}`, "ValidationException"},
		{`{` + name + `,"Value":"` + strings.Repeat("x", 8192) + `","Tier":"Advanced","Overwrite":true}`, "version 5"},
		{`{` + name + `,"Value":"x","Tier":"Standard","Overwrite":true}`, "ValidationException"},
		{`{` + name + `,"Value":"x","Policies":"[]","Overwrite":true}`, "SerializationException"}, // unknown to the twin
		{`{"Name":"/crosscloud/prod/status","Value":"1","Type":"String"}`, "AccessDeniedException"},
		{`{"Name":"crosscloud/local/status","Value":"1","Type":"String"}`, "ValidationException"},
		{`{"Name":"/aws/status","Value":"1","Type":"String"}`, "AccessDeniedException"},
		{`{"Name":"/ssm/status","Value":"1","Type":"String"}`, "ValidationException"},
		{`not JSON`, "SerializationException"},
	} {
		status, out := f.call(creds, "PutParameter", step.input)
		if version, ok := strings.CutPrefix(step.want, "version "); ok {
			require.Equal(t, 200, status, out)
			assert.Equal(t, version, string(rune('0'+int(out["Version"].(float64)))))
			continue
		}
		assert.Equal(t, 400, status, "%.80s", step.input)
		assert.Equal(t, step.want, out["__type"], "%.80s", step.input)
	}
	p, err := state.Get[state.Parameter](f.Store, "/crosscloud/local/status")
	require.NoError(t, err)
	assert.Equal(t, 5, p.Version)
	assert.Equal(t, "Advanced", p.Tier)
	assert.WithinDuration(t, time.Now(), p.Modified, time.Minute)
}

func TestWhoMayCall(t *testing.T) {
	f := newFixture(t)
	f.store(state.Parameter{Name: desired, Type: "String", Value: "x", Version: 1})
	good := f.Credentials()
	const input = `{"Name":"` + desired + `"}`
	refused := func(name string, c awsauth.Credentials, want, message string) {
		status, out := f.call(c, "GetParameter", input)
		assert.Equal(t, 400, status, name)
		assert.Equal(t, want, out["__type"], name)
		assert.Contains(t, out["message"], message, name)
	}

	refused("no policy", good, "AccessDeniedException",
		"User: arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0 is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/local/desired because no identity-based policy allows the ssm:GetParameter action")
	f.Allow("ssm:GetParameter", own)
	status, _ := f.call(good, "GetParameter", input)
	assert.Equal(t, 200, status, "a grant counts for credentials that were there before it")

	bad := good
	bad.SecretAccessKey = strings.Repeat("x", 40)
	refused("another secret", bad, "InvalidSignatureException", "does not match")
	bad = good
	bad.SessionToken = ""
	refused("no session token", bad, "UnrecognizedClientException", "invalid")
	bad.SessionToken = good.SessionToken[1:]
	refused("a session token that is not ours", bad, "UnrecognizedClientException", "invalid")
	bad = good
	bad.AccessKeyID = "ASIAAAAAAAAAAAAAAAAA"
	refused("another access key", bad, "UnrecognizedClientException", "invalid")

	f.Allow("ssm:GetParameter", own)
	role, err := state.Get[state.Role](f.Store, servicestest.Role)
	require.NoError(t, err)
	role.ID = "AROAANOTHER"
	require.NoError(t, state.Put(f.Store, servicestest.Role, role))
	refused("a role that was made anew", good, "AccessDeniedException", "not authorized")
	require.NoError(t, state.Delete[state.Role](f.Store, servicestest.Role))
	refused("a role that is gone", good, "AccessDeniedException", "not authorized")

	f.Allow("ssm:GetParameter", own)
	f.Clock = time.Now().Add(8 * time.Minute)
	refused("a clock that is slow", good, "InvalidSignatureException", "Signature expired: ")
	f.Clock = time.Now().Add(-8 * time.Minute)
	refused("a clock that is fast", good, "InvalidSignatureException", "Signature not yet current: ")
	a := f.Curl(f.server, good, "s3", host, "/", "--header", "X-Amz-Target: AmazonSSM.GetParameter", "--data", input)
	assert.Contains(t, a.Body, "correct service", "signed for another service")
}

func TestExpiredCredentials(t *testing.T) {
	f := newFixture(t)
	f.Allow("ssm:GetParameter", own)
	f.Clock = time.Now().Add(-7 * time.Hour)
	old := f.Credentials()
	f.Clock = time.Time{}
	status, out := f.call(old, "GetParameter", `{"Name":"`+desired+`"}`)
	assert.Equal(t, 400, status)
	assert.Equal(t, "ExpiredTokenException", out["__type"])
}

func TestUnknownOperationIsNamed(t *testing.T) {
	f := newFixture(t)
	status, out := f.call(f.Credentials(), "DeleteParameter", `{"Name":"x"}`)
	assert.Equal(t, 400, status)
	assert.Equal(t, "UnknownOperationException", out["__type"])
	assert.Contains(t, out["message"], "DeleteParameter")
}

func TestUnsignedRequest(t *testing.T) {
	f := newFixture(t)
	response, err := f.server.Client().Post(f.server.URL, "application/x-amz-json-1.1", strings.NewReader(`{}`))
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, 400, response.StatusCode)
	assert.Equal(t, "MissingAuthenticationTokenException", response.Header.Get("X-Amzn-Errortype"))
}
