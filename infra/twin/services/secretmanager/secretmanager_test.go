package secretmanager

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

const (
	email  = "database@todo-123.iam.gserviceaccount.com"
	secret = "projects/todo-123/secrets/server-key"
)

type fixture struct {
	t      *testing.T
	store  *state.Store
	server *Server
	clock  time.Time
	bearer string
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, store: state.Open(t.TempDir()), clock: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	mint, err := token.NewMint(f.store)
	require.NoError(t, err)
	authority := gcpauth.New(f.store, mint, func() time.Time { return f.clock })
	f.server = New(f.store, authority, slog.New(slog.DiscardHandler))
	f.bearer = f.issue(authority, gcpauth.CloudPlatform)
	require.NoError(t, state.Put(f.store, secret, state.Secret{Project: "todo-123", Name: "server-key"}))
	f.version(1, "old", "")
	f.version(2, "new", state.VersionEnabled)
	return f
}

func (f *fixture) issue(a *gcpauth.Authority, scopes ...string) string {
	text, expires, err := a.Issue(gcpauth.Caller{Email: email, Scopes: scopes})
	require.NoError(f.t, err)
	assert.WithinRange(f.t, expires, f.clock.Add(5*time.Minute), f.clock.Add(time.Hour))
	return "Bearer " + text
}

func (f *fixture) version(number int, data, status string) {
	id := secret + "/versions/" + string(rune('0'+number))
	require.NoError(f.t, state.Put(f.store, id, state.SecretVersion{Secret: secret, Number: number, Data: []byte(data), State: status}))
}

func (f *fixture) bind(resource, role string) {
	b := state.Binding{Resource: resource, Role: role, Member: "serviceAccount:" + email}
	require.NoError(f.t, state.Put(f.store, state.BindingID(b), b))
}

func (f *fixture) get(path, bearer string) (int, string) {
	r := httptest.NewRequest(http.MethodGet, "https://secretmanager.googleapis.com"+path, nil)
	r.Header.Set("Authorization", bearer)
	if bearer == "" {
		r.Header.Del("Authorization")
	}
	w := httptest.NewRecorder()
	f.server.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestAccess(t *testing.T) {
	f := newFixture(t)
	f.bind(secret, "roles/secretmanager.secretAccessor")
	for version, want := range map[string]string{"1": "old", "2": "new", "latest": "new"} {
		code, body := f.get("/v1/"+secret+"/versions/"+version+":access", f.bearer)
		require.Equal(t, http.StatusOK, code, body)
		var got struct {
			Name    string
			Payload struct{ Data, DataCrc32c string }
		}
		require.NoError(t, json.Unmarshal([]byte(body), &got))
		assert.Equal(t, base64.StdEncoding.EncodeToString([]byte(want)), got.Payload.Data)
		assert.NotContains(t, got.Name, "latest")
		assert.NotEmpty(t, got.Payload.DataCrc32c)
	}
}

func TestBindingsDecide(t *testing.T) {
	f := newFixture(t)
	path := "/v1/" + secret + "/versions/latest:access"
	f.bind(secret, "roles/secretmanager.viewer")
	f.bind("projects/other", "roles/secretmanager.secretAccessor")
	f.bind("projects/todo-123/secrets/another", "roles/secretmanager.secretAccessor")
	code, _ := f.get(path, f.bearer)
	assert.Equal(t, http.StatusForbidden, code, "none of these reaches the secret's contents")

	f.bind("projects/todo-123", "roles/secretmanager.secretAccessor")
	code, _ = f.get(path, f.bearer)
	assert.Equal(t, http.StatusOK, code, "a binding on the project does")
}

// TestForgedTokens has what TestAccessThatGoogleRefuses has not.
func TestForgedTokens(t *testing.T) {
	f := newFixture(t)
	f.bind(secret, "roles/secretmanager.secretAccessor")
	path := "/v1/" + secret + "/versions/latest:access"
	for bearer, want := range map[string]int{
		"Bearer x":                      401,
		"Basic dTpw":                    401,
		f.bearer + "x":                  401,
		strings.ToUpper(f.bearer):       401,
		"Bearer ya29.c." + "AAAA":       401,
		f.bearer:                        200,
		"Bearer " + f.bearer[7:] + "AA": 401,
	} {
		code, _ := f.get(path, bearer)
		assert.Equal(t, want, code, bearer)
	}
}

func TestNewGrantsAreLate(t *testing.T) {
	f := newFixture(t)
	b := state.Binding{Resource: secret, Role: "roles/secretmanager.secretAccessor", Member: "serviceAccount:" + email, Made: f.clock}
	require.NoError(t, state.Put(f.store, state.BindingID(b), b))
	f.clock = f.clock.Add(state.Propagation - time.Second)
	code, body := f.get("/v1/"+secret+"/versions/1:access", f.bearer)
	assert.Equal(t, http.StatusForbidden, code)
	assert.Contains(t, body, "PERMISSION_DENIED")
	f.clock = f.clock.Add(time.Second)
	code, _ = f.get("/v1/"+secret+"/versions/1:access", f.bearer)
	assert.Equal(t, http.StatusOK, code)
}
