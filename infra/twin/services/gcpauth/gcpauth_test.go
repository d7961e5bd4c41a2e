package gcpauth

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

func TestTokensAlwaysHaveTimeLeft(t *testing.T) {
	store := state.Open(t.TempDir())
	mint, err := token.NewMint(store)
	require.NoError(t, err)
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	a := New(store, mint, func() time.Time { return now })
	caller := Caller{Email: "x@p.iam.gserviceaccount.com", Scopes: []string{CloudPlatform}}

	distinct := map[string]bool{}
	for range 24 * 60 {
		text, expires, err := a.Issue(caller)
		require.NoError(t, err)
		left := expires.Sub(now)
		require.Greater(t, left, tokenRest)
		require.LessOrEqual(t, left, tokenLife)
		distinct[text] = true
		now = now.Add(time.Minute)
	}
	assert.InDelta(t, 26, len(distinct), 2, "a day has one about every 55 minutes")
}

func TestRequire(t *testing.T) {
	store := state.Open(t.TempDir())
	mint, err := token.NewMint(store)
	require.NoError(t, err)
	a := New(store, mint, time.Now)
	b := state.Binding{Resource: "projects/p", Role: "roles/secretmanager.admin", Member: "serviceAccount:x@p.iam.gserviceaccount.com"}
	require.NoError(t, state.Put(store, state.BindingID(b), b))

	x, y := Caller{Email: "x@p.iam.gserviceaccount.com"}, Caller{Email: "y@p.iam.gserviceaccount.com"}
	const permission = "secretmanager.versions.access"
	assert.NoError(t, a.Require(x, permission, "asked", "projects/p/secrets/s", "projects/p"))
	for _, err := range []error{
		a.Require(y, permission, "asked", "projects/p"),
		a.Require(x, permission, "asked", "projects/q"),
		a.Require(x, "compute.instances.get", "asked", "projects/p"),
	} {
		var e *Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, http.StatusForbidden, e.HTTP)
	}
}

func TestAuthenticateNeedsABearer(t *testing.T) {
	store := state.Open(t.TempDir())
	mint, err := token.NewMint(store)
	require.NoError(t, err)
	_, err = New(store, mint, time.Now).Authenticate(httptest.NewRequest(http.MethodGet, "/", nil))
	var e *Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, http.StatusUnauthorized, e.HTTP)
}

func TestObjectsNeedTheirOwnRoles(t *testing.T) {
	const all = "create delete get list"
	for role, want := range map[string]string{
		"objectUser": all, "objectAdmin": all, "admin": all, "objectViewer": "get list", "objectCreator": "create",
		"legacyBucketWriter": "create delete list", "legacyObjectReader": "get",
	} {
		store := state.Open(t.TempDir())
		a := New(store, nil, time.Now)
		b := state.Binding{Resource: "b/status", Role: "roles/storage." + role, Member: "serviceAccount:x@p.iam.gserviceaccount.com"}
		require.NoError(t, state.Put(store, state.BindingID(b), b))
		var got []string
		for action := range strings.FieldsSeq(all) {
			allowed, err := a.Allowed(Caller{Email: "x@p.iam.gserviceaccount.com"}, "storage.objects."+action, "b/status", "projects/p")
			require.NoError(t, err)
			if allowed {
				got = append(got, action)
			}
		}
		assert.Equal(t, want, strings.Join(got, " "), role)
	}
}
