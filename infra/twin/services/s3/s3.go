// Package s3 puts AWS's authorization in front of a published emulator of S3, which keeps objects as files.
package s3

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"slices"
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
	if err := s.verifier.Authorize(caller, q.action, q.resource()); err != nil {
		return err
	}
	if q.action == "s3:GetObject" && !s.verifier.Allowed(caller, "s3:ListBucket", q.bucketARN()) && !s.exists(q) {
		// Who may not list a bucket does not learn either which keys are missing.
		return &awsauth.Error{Code: awsauth.Denied, Message: fmt.Sprintf("User: %s is not authorized to perform: s3:ListBucket on resource: %q because no identity-based policy allows the s3:ListBucket action", caller.ARN, q.bucketARN())}
	}
	if r.Method == http.MethodPut {
		remove, err := spool(r)
		if err != nil {
			return err
		}
		defer remove()
	}
	// The emulator keeps every X-Amz- header with the object, and these are credentials.
	for _, header := range []string{"Authorization", "X-Amz-Security-Token", "X-Amz-Date", "X-Amz-Content-Sha256"} {
		r.Header.Del(header)
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
	action      string
}

func (q request) bucketARN() string { return "arn:aws:s3:::" + q.bucket }

func (q request) resource() string {
	if q.key == "" {
		return q.bucketARN()
	}
	return q.bucketARN() + "/" + q.key
}

// parameters are the query's words that each action takes. x-id is the name of the operation, which SDKs add.
var parameters = map[string][]string{
	"s3:GetObject":         {"x-id"},
	"s3:PutObject":         {"x-id"},
	"s3:DeleteObject":      {"x-id"},
	"s3:ListBucket":        {"x-id", "list-type", "prefix", "delimiter", "max-keys", "continuation-token", "start-after", "marker", "encoding-type", "fetch-owner"},
	"s3:GetBucketLocation": {"x-id", "location"},
}

// parse refuses by name what the twin does not model: multipart uploads, copies, versions, access lists and the rest.
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
	query := r.URL.Query()
	switch {
	case q.bucket == "":
		return q, unknown(r.Method + " on the service, such as ListBuckets")
	case !fileName(q.bucket):
		// It leads to another bucket than the one whose name is held against the policies.
		return q, &awsauth.Error{Code: awsauth.InvalidRequest, Message: "The specified bucket is not valid."}
	case q.key != "" && !fileName(q.key):
		return q, &awsauth.Error{Code: awsauth.InvalidRequest, Message: "The twin's S3 keeps objects as files: a key has no empty, . or .. part between slashes."}
	case r.Header.Get("X-Amz-Copy-Source") != "":
		return q, unknown("CopyObject")
	case q.key != "":
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			q.action = "s3:GetObject"
		case http.MethodPut:
			q.action = "s3:PutObject"
		case http.MethodDelete:
			q.action = "s3:DeleteObject"
		default:
			return q, unknown(r.Method + " of an object")
		}
	case query.Has("location") && r.Method == http.MethodGet:
		q.action = "s3:GetBucketLocation"
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		q.action = "s3:ListBucket"
	default:
		return q, unknown(r.Method + " of a bucket: buckets are made by the provider")
	}
	for name := range query {
		if !slices.Contains(parameters[q.action], name) {
			return q, unknown("the parameter " + name + " of " + q.action)
		}
	}
	return q, nil
}

// fileName says whether a bucket's name or a key can be a path below its directory, and means nothing else.
func fileName(key string) bool {
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsRune(part, 0) {
			return false
		}
	}
	return true
}

// bodyError gives the client the reason why its body was not taken.
func bodyError(err error) error {
	if errors.Is(err, awsauth.ErrBodyMismatch) {
		return &awsauth.Error{Code: awsauth.BodyMismatch, Message: "The provided 'x-amz-content-sha256' header does not match what was computed."}
	}
	return err
}
