// Package ssm is Systems Manager's Parameter Store, as far as hosts call it.
package ssm

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

const target = "AmazonSSM."

// Server answers ssm.REGION.amazonaws.com.
type Server struct {
	store    *state.Store
	mint     *token.Mint
	verifier *awsauth.Verifier
	account  string
	region   string
	log      *slog.Logger
	now      func() time.Time
}

// New returns the service.
func New(store *state.Store, mint *token.Mint, verifier *awsauth.Verifier, account, region string, log *slog.Logger, now func() time.Time) *Server {
	return &Server{store: store, mint: mint, verifier: verifier, account: account, region: region, log: log, now: now}
}

// failure is one of Parameter Store's own errors.
type failure struct {
	code, message string
}

func (f *failure) Error() string { return "api error " + f.code + ": " + f.message }

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, err := s.verifier.Verify(r, "ssm")
	var out any
	if err == nil {
		out, err = s.call(caller, r)
	}
	var own *failure
	switch {
	case errors.As(err, &own):
		awsauth.WriteJSONError(w, http.StatusBadRequest, own.code, own.message)
	case err != nil:
		awsauth.WriteJSON(w, s.log, err)
	default:
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(out) // the client went away
	}
}

func (s *Server) call(c awsauth.Caller, r *http.Request) (any, error) {
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), target)
	switch operation {
	case "GetParameter":
		return operate(r, func(in getParameter) (any, error) { return s.get(c, in) })
	case "PutParameter":
		return operate(r, func(in putParameter) (any, error) { return s.put(c, in) })
	}
	return nil, &awsauth.Error{Code: awsauth.NotImplemented, Message: fmt.Sprintf("The twin's Parameter Store does not have the operation %q.", operation)}
}

// operate decodes the input of an operation. A member that the twin does not know is refused by name, because leaving
// it out could make a request succeed that does something else on AWS.
func operate[In any](r *http.Request, do func(In) (any, error)) (any, error) {
	var in In
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return nil, &failure{"SerializationException", err.Error()}
	}
	return do(in)
}

// arn names a parameter in policies; the name's leading slash is the ARN's separator.
func (s *Server) arn(name string) string {
	return fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", s.region, s.account, strings.TrimPrefix(name, "/"))
}
