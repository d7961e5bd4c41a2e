// Package gcpauth is who may call Google's APIs in the twin: access tokens come from the metadata server and name a
// service account, and what that account may do stands in IAM bindings.
package gcpauth

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

const (
	purpose = "gcp access token"
	// prefix is that of Google's own access tokens, by which secret scanners know them.
	prefix = "ya29.c."
	// tokenLife is Google's. A VM gets the same token until no more than tokenRest of its life is left.
	tokenLife = time.Hour
	tokenRest = 5 * time.Minute
	// CloudPlatform is the scope that covers every API.
	CloudPlatform = "https://www.googleapis.com/auth/cloud-platform"
)

// roles says which predefined roles hold a permission; only those that the twin's services check are here.
var roles = map[string][]string{
	"secretmanager.versions.access": {"roles/secretmanager.secretAccessor", "roles/secretmanager.admin", "roles/owner"},

	// https://cloud.google.com/storage/docs/access-control/iam-roles. Basic roles reach objects by the legacy roles that a
	// new bucket gives to the project's owners, editors and viewers.
	"storage.objects.create": {
		"roles/storage.objectCreator", "roles/storage.objectUser", "roles/storage.objectAdmin", "roles/storage.admin",
		"roles/storage.legacyBucketWriter", "roles/storage.legacyBucketOwner", "roles/editor", "roles/owner",
	},
	"storage.objects.delete": {
		"roles/storage.objectUser", "roles/storage.objectAdmin", "roles/storage.admin",
		"roles/storage.legacyBucketWriter", "roles/storage.legacyBucketOwner", "roles/editor", "roles/owner",
	},
	"storage.objects.get": {
		"roles/storage.objectViewer", "roles/storage.objectUser", "roles/storage.objectAdmin", "roles/storage.admin",
		"roles/storage.legacyObjectReader", "roles/storage.legacyObjectOwner", "roles/viewer", "roles/editor", "roles/owner",
	},
	"storage.objects.list": {
		"roles/storage.objectViewer", "roles/storage.objectUser", "roles/storage.objectAdmin", "roles/storage.admin",
		"roles/storage.legacyBucketReader", "roles/storage.legacyBucketWriter", "roles/storage.legacyBucketOwner",
		"roles/viewer", "roles/editor", "roles/owner",
	},
}

// Authority issues access tokens and checks them.
type Authority struct {
	store *state.Store
	mint  *token.Mint
	now   func() time.Time
}

// New returns the authority of one twin.
func New(store *state.Store, mint *token.Mint, now func() time.Time) *Authority {
	return &Authority{store: store, mint: mint, now: now}
}

// Caller is the service account that a request's token names.
type Caller struct {
	Email  string
	Scopes []string
}

// Issue returns an access token of a service account and the time it ends.
func (a *Authority) Issue(c Caller) (string, time.Time, error) {
	expires := a.now().Truncate(tokenLife - tokenRest).Add(tokenLife)
	text, err := token.New(a.mint, purpose, c, expires)
	if err != nil {
		return "", time.Time{}, err
	}
	return prefix + text, expires, nil
}

// Authenticate returns whose token the request carries. The token needs the scope CloudPlatform or one of the others.
func (a *Authority) Authenticate(r *http.Request, scopes ...string) (Caller, error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return Caller{}, &Error{http.StatusUnauthorized, "UNAUTHENTICATED", "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."}
	}
	invalid := &Error{http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."}
	text, found := strings.CutPrefix(header, "Bearer "+prefix)
	if !found {
		return Caller{}, invalid
	}
	c, _, err := token.Read[Caller](a.mint, purpose, text, a.now())
	if err != nil {
		return Caller{}, invalid
	}
	enough := func(scope string) bool { return scope == CloudPlatform || slices.Contains(scopes, scope) }
	if !slices.ContainsFunc(c.Scopes, enough) {
		return Caller{}, &Error{http.StatusForbidden, "PERMISSION_DENIED", "Request had insufficient authentication scopes."}
	}
	return c, nil
}

// Require returns nil when the caller is allowed. The refusal names what was asked for, not whether it exists.
func (a *Authority) Require(c Caller, permission, asked string, resources ...string) error {
	allowed, err := a.Allowed(c, permission, resources...)
	if err != nil || allowed {
		return err
	}
	return &Error{http.StatusForbidden, "PERMISSION_DENIED", fmt.Sprintf("Permission '%s' denied for resource '%s' (or it may not exist).", permission, asked)}
}

// Allowed says whether a binding on the resource, or on one that it belongs to, gives the caller the permission.
func (a *Authority) Allowed(c Caller, permission string, resources ...string) (bool, error) {
	for _, resource := range resources {
		for _, role := range roles[permission] {
			id := state.BindingID(state.Binding{Resource: resource, Role: role, Member: "serviceAccount:" + c.Email})
			binding, err := state.Get[state.Binding](a.store, id)
			if err == nil && state.TookEffect(binding.Made, a.now()) {
				return true, nil
			}
			if err != nil && !errors.Is(err, state.ErrNotFound) {
				return false, err
			}
		}
	}
	return false, nil
}
