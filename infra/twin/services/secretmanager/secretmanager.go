// Package secretmanager is what hosts call of Google's Secret Manager: reading one version of a secret.
package secretmanager

import (
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/state"
)

// Server answers secretmanager.googleapis.com.
type Server struct {
	store     *state.Store
	authority *gcpauth.Authority
	log       *slog.Logger
}

// New returns the service.
func New(store *state.Store, authority *gcpauth.Authority, log *slog.Logger) *Server {
	return &Server{store: store, authority: authority, log: log}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, err := s.authority.Authenticate(r)
	if err != nil {
		gcpauth.WriteError(w, s.log, err)
		return
	}
	name, err := parse(r)
	if err != nil {
		gcpauth.WriteError(w, s.log, err)
		return
	}
	version, err := s.access(caller, name)
	if err != nil {
		gcpauth.WriteError(w, s.log, err)
		return
	}
	checksum := crc32.Checksum(version.Data, crc32.MakeTable(crc32.Castagnoli))
	gcpauth.WriteJSON(w, http.StatusOK, map[string]any{
		"name": name.secret() + "/versions/" + strconv.Itoa(version.Number),
		"payload": map[string]string{
			"data":       base64.StdEncoding.EncodeToString(version.Data),
			"dataCrc32c": strconv.FormatUint(uint64(checksum), 10),
		},
	})
}

// versionName is projects/PROJECT/secrets/ID/versions/VERSION; the version is a number or "latest".
type versionName struct {
	project, id, version string
}

func (n versionName) secret() string { return "projects/" + n.project + "/secrets/" + n.id }
func (n versionName) String() string { return n.secret() + "/versions/" + n.version }

// IDForm is the rule of https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create.
var IDForm = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)

// parse reads the one call that there is, GET /v1/projects/P/secrets/S/versions/V:access, and names any other.
func parse(r *http.Request) (versionName, error) {
	path, access := strings.CutSuffix(r.URL.Path, ":access")
	parts := strings.Split(path, "/")
	if !access || r.Method != http.MethodGet || len(parts) != 8 ||
		parts[1] != "v1" || parts[2] != "projects" || parts[4] != "secrets" || parts[6] != "versions" {
		return versionName{}, &gcpauth.Error{HTTP: http.StatusNotFound, Status: "NOT_FOUND",
			Message: fmt.Sprintf("The twin's Secret Manager does not have %s %s: it knows projects.secrets.versions.access.", r.Method, r.URL.Path)}
	}
	name := versionName{parts[3], parts[5], parts[7]}
	if !IDForm.MatchString(name.id) {
		return versionName{}, &gcpauth.Error{HTTP: http.StatusBadRequest, Status: "INVALID_ARGUMENT",
			Message: fmt.Sprintf("The provided Secret ID [%s] does not match the expected format [projects/*/secrets/*/versions/*]", name)}
	}
	if number, err := strconv.Atoi(name.version); name.version != "latest" && (err != nil || number < 1) {
		return versionName{}, &gcpauth.Error{HTTP: http.StatusBadRequest, Status: "INVALID_ARGUMENT",
			Message: fmt.Sprintf("The provided Secret Version ID [%s] does not match the expected format [projects/*/secrets/*/versions/*]", name)}
	}
	return name, nil
}

// access holds the caller against the bindings before it looks whether anything is there, as Google does.
func (s *Server) access(c gcpauth.Caller, name versionName) (state.SecretVersion, error) {
	if err := s.authority.Require(c, "secretmanager.versions.access", name.String(), name.secret(), "projects/"+name.project); err != nil {
		return state.SecretVersion{}, err
	}
	var found state.SecretVersion
	var err error
	if name.version == "latest" {
		found, err = s.latest(name.secret())
	} else {
		found, err = state.Get[state.SecretVersion](s.store, name.String())
	}
	if errors.Is(err, state.ErrNotFound) {
		message := fmt.Sprintf("Secret Version [%s] not found.", name)
		if _, err := state.Get[state.Secret](s.store, name.secret()); err != nil || name.version == "latest" {
			message = fmt.Sprintf("Secret [%s] not found or has no versions.", name.secret())
		}
		return found, &gcpauth.Error{HTTP: http.StatusNotFound, Status: "NOT_FOUND", Message: message}
	}
	if err != nil {
		return found, err
	}
	if found.State != "" && found.State != state.VersionEnabled {
		return found, &gcpauth.Error{HTTP: http.StatusBadRequest, Status: "FAILED_PRECONDITION",
			Message: fmt.Sprintf("Secret Version [%s] is in %s state.", name, found.State)}
	}
	return found, nil
}

// latest is the version that was made last, whatever its state.
func (s *Server) latest(secret string) (state.SecretVersion, error) {
	versions, err := state.List[state.SecretVersion](s.store)
	if err != nil {
		return state.SecretVersion{}, err
	}
	var last state.SecretVersion
	for _, v := range versions {
		if v.Secret == secret && v.Number > last.Number {
			last = v
		}
	}
	if last.Number == 0 {
		return last, state.ErrNotFound
	}
	return last, nil
}
