// Package s3 puts AWS's authorization in front of a published emulator of S3, which keeps objects as files.
package s3

import (
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"strings"

	"github.com/johannesboyne/gofakes3"

	"crosscloud/infra/twin/services/awsauth"
)

// Server answers s3.REGION.amazonaws.com and BUCKET.s3.REGION.amazonaws.com.
type Server struct {
	verifier *awsauth.Verifier
	objects  gofakes3.Backend
	emulator http.Handler
	host     string
	log      *slog.Logger
}

// New returns the service. Host is the name under which buckets are the first word of the path; a further label before
// it is a bucket's name.
func New(verifier *awsauth.Verifier, objects gofakes3.Backend, host string, log *slog.Logger) *Server {
	emulator := gofakes3.New(objects, gofakes3.WithTimeSkewLimit(0)) // the verifier has looked at the time
	return &Server{verifier: verifier, objects: objects, emulator: emulator.Server(), host: host, log: log}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.serve(w, r); err != nil {
		awsauth.WriteS3(w, r, s.log, err)
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) error {
	caller, err := s.verifier.Verify(r, "s3")
	if err != nil {
		return err
	}
	q, err := s.parse(r)
	if err != nil {
		return err
	}
	there, err := s.objects.BucketExists(q.bucket)
	if err != nil {
		return fmt.Errorf("bucket %s: %w", q.bucket, err)
	}
	if !there { // which everybody learns
		return &awsauth.Error{Code: awsauth.NoSuchBucket, Message: "The specified bucket does not exist"}
	}
	if err := s.verifier.Authorize(caller, "s3:GetObject", q.bucketARN()+"/"+q.key); err != nil {
		return err
	}
	lists, err := s.verifier.Allowed(caller, "s3:ListBucket", q.bucketARN())
	if err != nil {
		return err
	}
	if !lists && !s.exists(q) {
		// Who may not list a bucket does not learn which keys are missing.
		return &awsauth.Error{Code: awsauth.Denied, Message: fmt.Sprintf("User: %s is not authorized to perform: s3:ListBucket on resource: %q because no identity-based policy allows the s3:ListBucket action", caller.ARN, q.bucketARN())}
	}
	r.URL.Path, r.URL.RawPath = "/"+path.Join(q.bucket, q.key), ""
	s.emulator.ServeHTTP(&partial{ResponseWriter: w}, r)
	return nil
}

func (s *Server) exists(q request) bool {
	object, err := s.objects.HeadObject(q.bucket, q.key)
	if err != nil {
		return false
	}
	_ = object.Contents.Close()
	return true
}

// request is what a request asks for.
type request struct {
	bucket, key string
}

func (q request) bucketARN() string { return "arn:aws:s3:::" + q.bucket }

// parse refuses by name what the twin does not model, which is everything but to get an object: hosts do no more.
func (s *Server) parse(r *http.Request) (request, error) {
	var q request
	if bucket, found := strings.CutSuffix(r.Host, "."+s.host); found {
		q.bucket, q.key = bucket, strings.TrimPrefix(r.URL.Path, "/")
	} else {
		q.bucket, q.key, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	}
	unknown := func(what string) error {
		return &awsauth.Error{Code: awsauth.NotImplemented, Message: "The twin's S3 does not have " + what + "."}
	}
	switch {
	case q.bucket == "":
		return q, unknown(r.Method + " on the service, such as ListBuckets")
	case !FileName(q.bucket):
		// It leads to another bucket than the one whose name is held against the policies.
		return q, &awsauth.Error{Code: awsauth.InvalidRequest, Message: "The specified bucket is not valid."}
	case q.key == "":
		return q, unknown(r.Method + " of a bucket")
	case !FileName(q.key):
		return q, &awsauth.Error{Code: awsauth.InvalidRequest, Message: "The twin's S3 keeps objects as files: a key has no empty, . or .. part between slashes."}
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return q, unknown(r.Method + " of an object: the provider makes them")
	}
	for name := range r.URL.Query() {
		if name != "x-id" { // the name of the operation, which SDKs add
			return q, unknown("the parameter " + name + " of an object")
		}
	}
	return q, nil
}

// FileName says whether a bucket's name or a key can be a path below its directory, and means nothing else.
func FileName(key string) bool {
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) {
			return false
		}
	}
	return true
}
