package imds

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

const (
	account = "111122223333"
	trust   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

var web = state.Machine{
	ID: "i-0123456789abcdef0", Cloud: state.AWS, Address: "198.18.16.1", PrivateAddress: "10.20.1.10", Hostname: "web.ec2.internal",
	Region: "us-east-1", Zone: "us-east-1a", Type: "t3.micro", Image: "ami-1", UserData: "#!/bin/sh\ntrue\n", Identity: "web",
	NetworkInterface: "eni-1", MAC: "02:42:c6:12:10:01", VPC: "vpc-1", VPCCIDR: "10.20.0.0/16", Subnet: "subnet-1",
	SubnetCIDR: "10.20.1.0/24", SecurityGroups: []string{"sg-1", "sg-2"},
}

type fixture struct {
	t      *testing.T
	server *Server
	store  *state.Store
	clock  time.Time
	token  string
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, store: state.Open(t.TempDir()), clock: time.Date(2026, 5, 1, 12, 30, 0, 0, time.UTC)}
	now := func() time.Time { return f.clock }
	mint, err := token.NewMint(f.store)
	require.NoError(t, err)
	verifier := awsauth.NewVerifier(f.store, mint, account, "us-east-1", now)
	f.server = New(f.store, mint, verifier, account, slog.New(slog.DiscardHandler), now)
	require.NoError(t, state.Put(f.store, "web", state.Role{Name: "web", ID: "AROA1", TrustPolicy: trust}))
	require.NoError(t, state.Put(f.store, "web", state.InstanceProfile{Name: "web", ID: "AIPA1", ARN: "arn:aws:iam::111122223333:instance-profile/web", Role: "web"}))
	response := f.do(web, http.MethodPut, "/latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds", "60")
	require.Equal(t, http.StatusOK, response.Code)
	f.token = response.Body.String()
	return f
}

func (f *fixture) do(m state.Machine, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://169.254.169.254"+path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	f.server.ServeMachine(w, r, m)
	return w
}

func (f *fixture) get(m state.Machine, path string) (int, string) {
	w := f.do(m, http.MethodGet, path, "X-aws-ec2-metadata-token", f.token)
	return w.Code, w.Body.String()
}

func TestTokenIsRequired(t *testing.T) {
	f := newFixture(t)
	for name, tc := range map[string]struct {
		method, path string
		headers      []string
		want         int
	}{
		"version 1":         {http.MethodGet, "/latest/meta-data/instance-id", nil, 401},
		"another token":     {http.MethodGet, "/latest/meta-data/instance-id", []string{"X-aws-ec2-metadata-token", "x"}, 401},
		"absent path":       {http.MethodGet, "/latest/meta-data/none", nil, 401},
		"good":              {http.MethodGet, "/latest/meta-data/instance-id", []string{"X-aws-ec2-metadata-token", f.token}, 200},
		"forwarded":         {http.MethodGet, "/latest/meta-data/instance-id", []string{"X-aws-ec2-metadata-token", f.token, "X-Forwarded-For", "1.2.3.4"}, 403},
		"no TTL":            {http.MethodPut, "/latest/api/token", nil, 400},
		"TTL of zero":       {http.MethodPut, "/latest/api/token", []string{"X-aws-ec2-metadata-token-ttl-seconds", "0"}, 400},
		"TTL over 6 hours":  {http.MethodPut, "/latest/api/token", []string{"X-aws-ec2-metadata-token-ttl-seconds", "21601"}, 400},
		"token by a proxy":  {http.MethodPut, "/latest/api/token", []string{"X-aws-ec2-metadata-token-ttl-seconds", "60", "X-Forwarded-For", "1.2.3.4"}, 403},
		"token by GET":      {http.MethodGet, "/latest/api/token", []string{"X-aws-ec2-metadata-token-ttl-seconds", "60"}, 401},
		"writing elsewhere": {http.MethodPut, "/latest/user-data", []string{"X-aws-ec2-metadata-token", f.token}, 405},
	} {
		assert.Equal(t, tc.want, f.do(web, tc.method, tc.path, tc.headers...).Code, name)
	}

	other := web
	other.ID = "i-other"
	code, _ := f.get(other, "/latest/meta-data/instance-id")
	assert.Equal(t, http.StatusUnauthorized, code, "a token is good on one instance only")

	f.clock = f.clock.Add(time.Minute)
	code, _ = f.get(web, "/latest/meta-data/instance-id")
	assert.Equal(t, http.StatusUnauthorized, code, "a token expires")
}

func TestValues(t *testing.T) {
	f := newFixture(t)
	card := "/latest/meta-data/network/interfaces/macs/02:42:c6:12:10:01/"
	for path, want := range map[string]string{
		"/":                                           "latest",
		"/latest":                                     "dynamic/\nmeta-data/\nuser-data",
		"/latest/meta-data/instance-id":               "i-0123456789abcdef0",
		"/2021-03-23/meta-data/instance-id":           "i-0123456789abcdef0",
		"/latest/meta-data/hostname":                  "web.ec2.internal",
		"/latest/meta-data/local-ipv4":                "10.20.1.10",
		"/latest/meta-data/public-ipv4":               "198.18.16.1",
		"/latest/meta-data/placement/region":          "us-east-1",
		"/latest/meta-data/placement":                 "availability-zone\nregion",
		"/latest/meta-data//placement/region":         "us-east-1",
		card + "subnet-id":                            "subnet-1",
		card + "security-group-ids":                   "sg-1\nsg-2",
		"/latest/user-data":                           "#!/bin/sh\ntrue\n",
		"/latest/meta-data/iam/security-credentials/": "web",
	} {
		code, got := f.get(web, path)
		assert.Equal(t, http.StatusOK, code, path)
		assert.Equal(t, want, got, path)
	}
	for _, path := range []string{"/latest/meta-data/spot/termination-time", "/latest/meta-data/instance-id/more", "/oldest/meta-data/", "/2026-99-99/", "/latest/meta-data/iam/security-credentials/other"} {
		code, _ := f.get(web, path)
		assert.Equal(t, http.StatusNotFound, code, path)
	}

	bare := state.Machine{ID: web.ID, PrivateAddress: "10.20.1.10"}
	for _, path := range []string{"/latest/user-data", "/latest/meta-data/iam/info", "/latest/meta-data/public-ipv4"} {
		code, _ := f.get(bare, path)
		assert.Equal(t, http.StatusNotFound, code, path)
	}
}

// cloud-init reads a directory's lines and descends into those that end with a slash; every other must be a value.
func TestEveryListedEntryCanBeRead(t *testing.T) {
	f := newFixture(t)
	var crawl func(path string) int
	crawl = func(path string) int {
		code, text := f.get(web, path)
		require.Equal(t, http.StatusOK, code, path)
		leaves := 0
		for line := range strings.SplitSeq(text, "\n") {
			if strings.HasSuffix(line, "/") {
				leaves += crawl(path + line)
				continue
			}
			code, value := f.get(web, path+line)
			assert.Equal(t, http.StatusOK, code, path+line)
			assert.NotEmpty(t, value, path+line)
			leaves++
		}
		return leaves
	}
	assert.Greater(t, crawl("/2021-03-23/meta-data/"), 25)
	assert.Equal(t, 1, crawl("/2021-03-23/dynamic/instance-identity/"))
}

func TestRoleCredentials(t *testing.T) {
	f := newFixture(t)
	read := func() map[string]string {
		code, text := f.get(web, "/latest/meta-data/iam/security-credentials/web")
		require.Equal(t, http.StatusOK, code)
		var got map[string]string
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		return got
	}
	got := read()
	assert.Equal(t, "Success", got["Code"])
	assert.Equal(t, "AWS-HMAC", got["Type"])
	assert.Regexp(t, `^ASIA[A-Z2-7]{16}$`, got["AccessKeyId"])
	assert.Len(t, got["SecretAccessKey"], 40)
	assert.Equal(t, "2026-05-01T18:00:00Z", got["Expiration"])
	assert.Equal(t, got, read(), "within an hour they are the same")

	require.NoError(t, state.Put(f.store, "web", state.Role{Name: "web", TrustPolicy: `{}`}))
	assert.Equal(t, "AssumeRoleUnauthorizedAccess", read()["Code"])
	require.NoError(t, state.Delete[state.Role](f.store, "web"))
	assert.Equal(t, "AssumeRoleUnauthorizedAccess", read()["Code"])
}

func TestRoleOfANewProfileIsLate(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, state.Put(f.store, "web", state.InstanceProfile{Name: "web", Role: "web", RoleHistory: state.History{{At: f.clock}}}))
	code, _ := f.get(web, "/latest/meta-data/iam/security-credentials/")
	assert.Equal(t, http.StatusNotFound, code, "as for an instance whose profile has no role")
	code, got := f.get(web, "/latest/meta-data/iam/")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "info", got)
	f.clock = f.clock.Add(state.Propagation)
	code, got = f.get(web, "/latest/meta-data/iam/security-credentials/")
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, "web", got)
}
