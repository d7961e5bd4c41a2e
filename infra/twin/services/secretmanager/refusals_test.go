package secretmanager

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

// TestAccessThatGoogleRefuses has what a host is answered, with the documentation of each rule as its source, and with
// who got that answer where somebody published it.
func TestAccessThatGoogleRefuses(t *testing.T) {
	const (
		access      = "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access"
		permissions = "https://cloud.google.com/secret-manager/docs/access-control"
		states      = "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions#State"
		scopes      = "https://cloud.google.com/compute/docs/access/service-accounts#accesscopesiam"
		tokens      = "https://cloud.google.com/docs/authentication/rest"
		formatSeen  = "https://github.com/GoogleCloudPlatform/professional-services-data-validator/pull/1332"
	)
	granted := func(f *fixture) { f.bind("projects/todo-123", "roles/secretmanager.secretAccessor") }
	for _, row := range []struct {
		name, path   string
		before       func(*fixture)
		code         int
		status, want string
		source, seen string
	}{
		{
			name: "no grant", path: secret + "/versions/latest", before: func(*fixture) {},
			code: http.StatusForbidden, status: "PERMISSION_DENIED",
			want:   "Permission 'secretmanager.versions.access' denied for resource '" + secret + "/versions/latest' (or it may not exist).",
			source: permissions, seen: "https://github.com/googleapis/python-secret-manager/issues/389",
		},
		{
			name: "a role without the permission", path: secret + "/versions/1",
			before: func(f *fixture) { f.bind(secret, "roles/secretmanager.viewer") },
			code:   http.StatusForbidden, status: "PERMISSION_DENIED", want: "Permission 'secretmanager.versions.access' denied",
			source: permissions, seen: "https://github.com/rhesis-ai/rhesis/pull/2339",
		},
		{
			name: "no grant on a secret that is not there", path: "projects/todo-123/secrets/none/versions/1", before: func(*fixture) {},
			code: http.StatusForbidden, status: "PERMISSION_DENIED",
			want:   "denied for resource 'projects/todo-123/secrets/none/versions/1' (or it may not exist).",
			source: permissions, seen: "https://github.com/GoogleCloudPlatform/professional-services-data-validator/issues/1433",
		},
		{
			name: "no such version", path: secret + "/versions/9", before: granted,
			code: http.StatusNotFound, status: "NOT_FOUND", want: "Secret Version [" + secret + "/versions/9] not found.", source: access,
		},
		{
			name: "no such secret", path: "projects/todo-123/secrets/none/versions/1", before: granted,
			code: http.StatusNotFound, status: "NOT_FOUND", want: "Secret [projects/todo-123/secrets/none] not found or has no versions.", source: access,
		},
		{
			name: "no latest version", path: "projects/todo-123/secrets/empty/versions/latest",
			before: func(f *fixture) {
				granted(f)
				require.NoError(f.t, state.Put(f.store, "projects/todo-123/secrets/empty", state.Secret{Project: "todo-123", Name: "empty"}))
			},
			code: http.StatusNotFound, status: "NOT_FOUND", want: "Secret [projects/todo-123/secrets/empty] not found or has no versions.", source: access,
		},
		{
			name: "destroyed version", path: secret + "/versions/3",
			before: func(f *fixture) { granted(f); f.version(3, "gone", state.VersionDestroyed) },
			code:   http.StatusBadRequest, status: "FAILED_PRECONDITION", want: "Secret Version [" + secret + "/versions/3] is in DESTROYED state.",
			source: states, seen: "https://github.com/google-github-actions/get-secretmanager-secrets/issues/268",
		},
		{
			name: "latest version disabled", path: secret + "/versions/latest",
			before: func(f *fixture) { granted(f); f.version(3, "gone", state.VersionDisabled) },
			code:   http.StatusBadRequest, status: "FAILED_PRECONDITION", want: "is in DISABLED state.",
			source: states, seen: "https://github.com/google-github-actions/get-secretmanager-secrets/issues/268",
		},
		{
			name: "version that is no number", path: secret + "/versions/x", before: granted,
			code: http.StatusBadRequest, status: "INVALID_ARGUMENT", want: "does not match the expected format [projects/*/secrets/*/versions/*]",
			source: access, seen: formatSeen,
		},
		{
			name: "secret id with dots", path: "projects/todo-123/secrets/10.128.0.27/versions/latest", before: granted,
			code: http.StatusBadRequest, status: "INVALID_ARGUMENT",
			want: "The provided Secret ID [projects/todo-123/secrets/10.128.0.27/versions/latest] does not match the expected format " +
				"[projects/*/secrets/*/versions/*]",
			source: access, seen: formatSeen,
		},
		{
			name: "no token", path: secret + "/versions/1", before: func(f *fixture) { f.bearer = "" },
			code: http.StatusUnauthorized, status: "UNAUTHENTICATED", want: "Request is missing required authentication credential.", source: tokens,
		},
		{
			name: "expired token", path: secret + "/versions/1",
			before: func(f *fixture) { granted(f); f.clock = f.clock.Add(time.Hour + time.Second) },
			code:   http.StatusUnauthorized, status: "UNAUTHENTICATED", want: "Request had invalid authentication credentials.", source: tokens,
		},
		{
			name: "VM without the scope", path: secret + "/versions/1",
			before: func(f *fixture) {
				granted(f)
				mint, err := token.NewMint(f.store)
				require.NoError(f.t, err)
				f.bearer = f.issue(gcpauth.New(f.store, mint, func() time.Time { return f.clock }), "https://www.googleapis.com/auth/logging.write")
			},
			code: http.StatusForbidden, status: "PERMISSION_DENIED", want: "Request had insufficient authentication scopes.", source: scopes,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			require.True(t, strings.HasPrefix(row.source, "https://"), "a row needs its source")
			f := newFixture(t)
			row.before(f)
			code, body := f.get("/v1/"+row.path+":access", f.bearer)
			assert.Equal(t, row.code, code)
			var got struct {
				Error struct {
					Code            int
					Message, Status string
				}
			}
			require.NoError(t, json.Unmarshal([]byte(body), &got), body)
			assert.Equal(t, row.code, got.Error.Code)
			assert.Equal(t, row.status, got.Error.Status)
			assert.Contains(t, got.Error.Message, row.want)
			assert.NotContains(t, body, base64.StdEncoding.EncodeToString([]byte("gone")))
		})
	}
}

func TestCallsThatTheTwinDoesNotHave(t *testing.T) {
	f := newFixture(t)
	f.bind("projects/todo-123", "roles/secretmanager.secretAccessor")
	for _, path := range []string{"/v1/" + secret + "/versions/1", "/v1/" + secret + ":access", "/"} {
		code, body := f.get(path, f.bearer)
		assert.Equal(t, http.StatusNotFound, code, path)
		assert.Contains(t, body, "does not have GET", path)
	}
}
