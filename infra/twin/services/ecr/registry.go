package ecr

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"regexp"

	"github.com/google/go-containerregistry/pkg/registry"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

// route is everything that the registry has below a repository's name.
var route = regexp.MustCompile(`^/v2/([a-z0-9][a-z0-9._/-]*)/(?:(blobs)/(sha256:[0-9a-f]{64})|(blobs/uploads)/([0-9a-f]{32})?|(manifests)/([A-Za-z0-9_][A-Za-z0-9._:-]{0,127})|(tags)/list)$`)

// actions are what a caller must be allowed, by the kind of thing and the method.
var actions = map[string]string{
	"GET blobs":           "ecr:GetDownloadUrlForLayer",
	"HEAD blobs":          "ecr:BatchCheckLayerAvailability",
	"POST blobs/uploads":  "ecr:InitiateLayerUpload",
	"PATCH blobs/uploads": "ecr:UploadLayerPart",
	"PUT blobs/uploads":   "ecr:CompleteLayerUpload",
	"GET manifests":       "ecr:BatchGetImage",
	"HEAD manifests":      "ecr:BatchGetImage",
	"PUT manifests":       "ecr:PutImage",
	"GET tags":            "ecr:ListImages",
}

// failure is an error of the registry's protocol.
type failure struct {
	status        int
	code, message string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

// call is one authorized request to a repository.
type call struct {
	repository state.Repository
	dir        string
	target     string // a digest, a tag, or an upload's id
}

// ServeRegistry answers docker, podman and their like.
func (s *Server) ServeRegistry(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	err := s.serveRegistry(w, r)
	if err == nil {
		return
	}
	var f *failure
	if !errors.As(err, &f) {
		s.log.Error("registry request failed", "error", err)
		f = &failure{http.StatusInternalServerError, "UNKNOWN", "The twin's services log says more."}
	}
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf("Basic realm=%q,service=\"ecr.amazonaws.com\"", "https://"+s.Host()+"/"))
	}
	WriteRegistryError(w, f.status, f.code, f.message)
}

// WriteRegistryError answers with an error in the form of the registry's protocol.
func WriteRegistryError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	type item struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	_ = json.NewEncoder(w).Encode(map[string][]item{"errors": {{code, message}}}) // the client went away
}

func (s *Server) serveRegistry(w http.ResponseWriter, r *http.Request) error {
	caller, err := s.authenticate(r)
	if err != nil {
		return err
	}
	if r.URL.Path == "/v2/" || r.URL.Path == "/v2" {
		return nil
	}
	parts := route.FindStringSubmatch(r.URL.Path)
	if parts == nil {
		return &failure{http.StatusNotFound, "NAME_INVALID", "The twin's registry does not have " + r.URL.Path}
	}
	name, kind, target := parts[1], parts[2]+parts[4]+parts[6]+parts[8], parts[3]+parts[5]+parts[7]
	action, known := actions[r.Method+" "+kind]
	if !known {
		return &failure{http.StatusMethodNotAllowed, "UNSUPPORTED", fmt.Sprintf("The twin's registry does not have %s of %s.", r.Method, kind)}
	}
	var denied *awsauth.Error
	if err := s.verifier.Authorize(caller, action, s.arn(name)); errors.As(err, &denied) {
		return &failure{http.StatusForbidden, "DENIED", denied.Message}
	} else if err != nil {
		return err
	}
	repository, err := state.Get[state.Repository](s.store, name)
	if errors.Is(err, state.ErrNotFound) {
		return &failure{http.StatusNotFound, "NAME_UNKNOWN", fmt.Sprintf("The repository with name '%s' does not exist in the registry with id '%s'", name, s.account)}
	}
	if err != nil {
		return err
	}
	c := call{repository: repository, dir: directory(s.store, name), target: target}
	switch kind {
	case "blobs":
		return s.blobs(w, r, c)
	case "blobs/uploads":
		return s.upload(w, r, c)
	case "manifests":
		return s.manifest(w, r, c)
	default:
		return s.tags(w, c)
	}
}

// authenticate finds out whose password the request has.
func (s *Server) authenticate(r *http.Request) (awsauth.Caller, error) {
	user, password, found := r.BasicAuth()
	if !found {
		return awsauth.Caller{}, &failure{http.StatusUnauthorized, "UNAUTHORIZED", "Not Authorized"}
	}
	caller, _, err := token.Read[awsauth.Caller](s.mint, purpose, password, s.now())
	switch {
	case errors.Is(err, token.ErrExpired):
		return caller, &failure{http.StatusForbidden, "DENIED", "Your authorization token has expired. Reauthenticate and try again."}
	case err != nil || user != User:
		return caller, &failure{http.StatusUnauthorized, "UNAUTHORIZED", "Your authorization token is invalid."}
	}
	return caller, nil
}

// blobs hands what is below one repository to the library, which has no state here but the files.
func (s *Server) blobs(w http.ResponseWriter, r *http.Request, c call) error {
	library := registry.New(
		registry.WithBlobHandler(registry.NewDiskBlobHandler(filepath.Join(c.dir, "blobs"))),
		registry.Logger(log.New(io.Discard, "", 0)),
	)
	library.ServeHTTP(w, r)
	return nil
}

// hasBlob says whether a repository has the blob.
func (c call) hasBlob(hexDigest string) bool {
	_, err := os.Stat(filepath.Join(c.dir, "blobs", "sha256", hexDigest))
	return err == nil
}

func (s *Server) tags(w http.ResponseWriter, c call) error {
	names, err := Tags(s.store, c.repository.Name)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	return json.NewEncoder(w).Encode(map[string]any{"name": c.repository.Name, "tags": names})
}
