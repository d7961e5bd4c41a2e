// Package gcs is what hosts call of Google's Cloud Storage: writing an object and reading it, over the JSON API.
package gcs

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/state"
)

// maxUpload is the twin's own limit, because an upload is in memory. Google takes 5 TiB.
const maxUpload = 32 << 20

// Server answers storage.googleapis.com.
type Server struct {
	store     *state.Store
	objects   *Objects
	authority *gcpauth.Authority
	log       *slog.Logger
}

// New returns the service.
func New(store *state.Store, objects *Objects, authority *gcpauth.Authority, log *slog.Logger) *Server {
	return &Server{store: store, objects: objects, authority: authority, log: log}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := parse(r)
	if err == nil {
		err = s.serve(w, r, c)
	}
	if err != nil {
		WriteError(w, s.log, c.operation == download, err)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, c call) error {
	caller, err := s.authenticate(r, c)
	if err != nil {
		return err
	}
	bucket, err := state.Get[state.StorageBucket](s.store, c.bucket)
	if errors.Is(err, state.ErrNotFound) {
		return ErrNoBucket
	}
	if err != nil {
		return err
	}
	if c.operation == insert {
		return s.insert(w, r, c, caller, bucket)
	}
	return s.get(w, r, c, caller, bucket)
}

func (s *Server) insert(w http.ResponseWriter, r *http.Request, c call, caller gcpauth.Caller, b state.StorageBucket) error {
	if err := s.require(caller, b, "storage.objects.create", "object"); err != nil {
		return err
	}
	contents, err := body(r)
	if err != nil {
		return err
	}
	o := state.StorageObject{Bucket: c.bucket, Name: c.name, ContentType: r.Header.Get("Content-Type")}
	if o.ContentType == "" {
		o.ContentType = "application/octet-stream"
	}
	o, err = s.objects.Put(o, contents, func(existing *state.StorageObject) error {
		if existing != nil { // to overwrite is to delete
			if err := s.require(caller, b, "storage.objects.delete", "object"); err != nil {
				return err
			}
		}
		if err := c.precondition(existing); err != nil {
			return err
		}
		return s.paced(existing)
	})
	if errors.Is(err, state.ErrNotFound) {
		return ErrNoBucket
	}
	if err != nil {
		return err
	}
	gcpauth.WriteJSON(w, http.StatusOK, resource(o))
	return nil
}

// paced refuses a second change of an object within a second: https://cloud.google.com/storage/quotas#objects. What was
// written by a clock that went ahead says nothing.
func (s *Server) paced(o *state.StorageObject) error {
	if o == nil {
		return nil
	}
	if age := s.objects.now().Sub(o.Created); age < 0 || age >= time.Second {
		return nil
	}
	return &Error{http.StatusTooManyRequests, "rateLimitExceeded", fmt.Sprintf("The object %s/%s exceeded the rate limit for object mutation "+
		"operations (create, update, and delete). Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.", o.Bucket, o.Name)}
}

func body(r *http.Request) ([]byte, error) {
	contents, err := io.ReadAll(io.LimitReader(r.Body, maxUpload+1))
	switch {
	case err != nil:
		return nil, invalid("The upload ended early: %v", err)
	case len(contents) > maxUpload:
		return nil, &Error{http.StatusRequestEntityTooLarge, "uploadTooLarge", fmt.Sprintf("The twin's Cloud Storage takes at most %d bytes in one upload.", maxUpload)}
	}
	return contents, nil
}

// precondition holds the object against ifGenerationMatch.
func (c call) precondition(o *state.StorageObject) error {
	var generation int64 // of no object
	if o != nil {
		generation = o.Generation
	}
	if c.generation < 0 || c.generation == generation {
		return nil
	}
	return &Error{http.StatusPreconditionFailed, "conditionNotMet", "At least one of the pre-conditions you specified did not hold."}
}

func (s *Server) get(w http.ResponseWriter, r *http.Request, c call, caller gcpauth.Caller, b state.StorageBucket) error {
	if err := s.require(caller, b, "storage.objects.get", "object"); err != nil {
		return err
	}
	o, file, err := s.objects.Open(c.bucket, c.name)
	if errors.Is(err, state.ErrNotFound) {
		// Who may not list a bucket does not learn either which objects are missing.
		if err := s.require(caller, b, "storage.objects.list", "bucket"); err != nil {
			return err
		}
		return NoObject(c.bucket, c.name)
	}
	if err != nil {
		return err
	}
	defer file.Close()
	if err := c.precondition(&o); err != nil {
		return err
	}
	if c.operation == get {
		gcpauth.WriteJSON(w, http.StatusOK, resource(o))
		return nil
	}
	header := w.Header()
	header.Set("Content-Type", o.ContentType)
	header.Set("ETag", etag(o))
	header.Set("X-Goog-Generation", fmt.Sprint(o.Generation))
	header.Set("X-Goog-Hash", "crc32c="+Base64CRC32C(o)+",md5="+Base64MD5(o))
	header.Set("Cache-Control", "private, max-age=0")
	http.ServeContent(w, r, "", o.Created, file)
	return nil
}
