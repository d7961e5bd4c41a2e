package gcp

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"crosscloud/infra/twin/state"
)

// The predefined roles of their own services that the twin grants on a secret and on a bucket. Google has a few more, as
// roles/storage.folderAdmin, and its list grows: what is not here is refused as a mistyped name is.
// https://cloud.google.com/iam/docs/roles-permissions
var (
	secretRoles = []string{
		"roles/secretmanager.admin", "roles/secretmanager.secretAccessor", "roles/secretmanager.secretVersionAdder",
		"roles/secretmanager.secretVersionManager", "roles/secretmanager.viewer",
	}
	bucketRoles = []string{
		"roles/storage.admin", "roles/storage.bucketViewer", "roles/storage.objectAdmin", "roles/storage.objectCreator",
		"roles/storage.objectUser", "roles/storage.objectViewer", "roles/storage.legacyBucketOwner", "roles/storage.legacyBucketReader",
		"roles/storage.legacyBucketWriter", "roles/storage.legacyObjectOwner", "roles/storage.legacyObjectReader",
	}
)

// foreignRole matches what can be granted on neither: a name like that of a service's role, and of another service or
// mistyped. Basic and custom roles, and those of IAM itself, may well be granted; the twin doesn't know them.
var foreignRole = regexp.MustCompile(`^roles/(?:compute|secretmanager|storage)\.`)

// member is the form of https://cloud.google.com/iam/docs/principal-identifiers, as far as the twin has such principals.
var member = regexp.MustCompile(`^(?:allUsers|allAuthenticatedUsers|(?:user|group|serviceAccount):[^@\s]+@[^@\s]+|domain:[^@\s]+)$`)

func (c *checks) binding(role, who string) {
	if role != "" && !regexp.MustCompile(`^(?:roles|projects/[^/]+/roles|organizations/[^/]+/roles)/[A-Za-z0-9._]+$`).MatchString(role) {
		c.add("role", "%q is not a role: want roles/NAME, projects/PROJECT/roles/NAME or organizations/ORGANIZATION/roles/NAME", role)
	}
	if who != "" && !member.MatchString(who) {
		c.add("member", "invalid value for member (IAM members must have one of the values outlined here: "+
			"https://cloud.google.com/billing/docs/reference/rest/v1/Policy#Binding), got %q", who)
	}
}

// grant makes a binding, if the resource can be granted the role and the member exists. One that is there already keeps
// the time when it was made.
func (g *gcp) grant(b state.Binding, supported []string) error {
	if !slices.Contains(supported, b.Role) {
		if !foreignRole.MatchString(b.Role) {
			return fmt.Errorf("the twin does not know the role %s: here it grants %s", b.Role, strings.Join(supported, ", "))
		}
		return &apiError{http.StatusBadRequest, fmt.Sprintf("Role %s is not supported for this resource.", b.Role), "badRequest"}
	}
	if email, isAccount := strings.CutPrefix(b.Member, "serviceAccount:"); isAccount {
		account := "projects/" + projectOf(email) + "/serviceAccounts/" + email
		if _, err := state.Get[Account](g.env.Store, account); errors.Is(err, state.ErrNotFound) {
			return &apiError{http.StatusBadRequest, fmt.Sprintf("Service account %s does not exist.", email), "badRequest"}
		} else if err != nil {
			return err
		}
	}
	b.Made = time.Now().UTC()
	return state.Update(g.env.Store, state.BindingID(b), func(known state.Binding, err error) (state.Binding, error) {
		if err == nil {
			return known, nil
		}
		return b, nil
	})
}

// revoke ends all bindings of a resource or a member that goes.
func (g *gcp) revoke(gone func(state.Binding) bool) error {
	bindings, err := state.List[state.Binding](g.env.Store)
	if err != nil {
		return err
	}
	for id, b := range bindings {
		if !gone(b) {
			continue
		}
		if err := state.Delete[state.Binding](g.env.Store, id); err != nil && !errors.Is(err, state.ErrNotFound) {
			return err
		}
	}
	return nil
}

// projectOf returns the project in a service account's email.
func projectOf(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	return strings.TrimSuffix(domain, ".iam.gserviceaccount.com")
}

// memberID is the id of a binding's resource, which has no name of its own.
func memberID(b state.Binding) string { return b.Resource + "/" + b.Role + "/" + b.Member }

// bindingOf reads such an id. A role may have slashes; the member begins where the id says what kind of member it is.
func bindingOf(resource, id string) state.Binding {
	rest := strings.TrimPrefix(id, resource+"/")
	role, who, _ := cutLast(rest, "/")
	return state.Binding{Resource: resource, Role: role, Member: who}
}
