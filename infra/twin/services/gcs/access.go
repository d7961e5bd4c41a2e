package gcs

import (
	"errors"
	"net/http"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/state"
)

const (
	readOnly    = "https://www.googleapis.com/auth/devstorage.read_only"
	readWrite   = "https://www.googleapis.com/auth/devstorage.read_write"
	fullControl = "https://www.googleapis.com/auth/devstorage.full_control"
)

// authenticate words a refusal as Cloud Storage does.
// https://cloud.google.com/storage/docs/authentication#oauth-scopes
func (s *Server) authenticate(r *http.Request, c call) (gcpauth.Caller, error) {
	scopes := []string{readWrite, fullControl}
	permission := "storage.objects.create"
	if c.operation != insert {
		scopes, permission = append(scopes, readOnly), "storage.objects.get"
	}
	caller, err := s.authority.Authenticate(r, scopes...)
	var refused *gcpauth.Error
	switch {
	case !errors.As(err, &refused):
		return caller, err
	case refused.HTTP == http.StatusForbidden:
		return caller, &Error{http.StatusForbidden, "insufficientPermissions", "Insufficient Permission"}
	case r.Header.Get("Authorization") == "":
		return caller, &Error{http.StatusUnauthorized, "required", denied("Anonymous caller", permission, "object").Message}
	default:
		return caller, &Error{http.StatusUnauthorized, "authError", "Invalid Credentials"}
	}
}

// require returns nil when a binding on the bucket or its project gives the caller the permission.
func (s *Server) require(caller gcpauth.Caller, b state.StorageBucket, permission, on string) error {
	allowed, err := s.authority.Allowed(caller, permission, "b/"+b.Name, "projects/"+b.Project)
	if err == nil && !allowed {
		err = denied(caller.Email, permission, on)
	}
	return err
}
