package awsauth

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// Code is a reason to refuse a request, before a protocol gives it a name.
type Code int

// The reasons to refuse a request, whatever the service.
const (
	Internal Code = iota
	MissingToken
	Malformed
	UnknownKey
	InvalidToken
	BadSignature
	Expired
	Skewed
	Denied
	InvalidRequest
	NotImplemented
	TooLarge
	NoSuchBucket
)

// Error is a refusal with the message that the client sees.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return e.Message }

// name is what one protocol calls a refusal, and its HTTP status.
type name struct {
	code   string
	status int
}

// The two protocols name the same refusals differently.
var (
	jsonNames = map[Code]name{
		Internal:       {"InternalServerError", 500},
		MissingToken:   {"MissingAuthenticationTokenException", 400},
		Malformed:      {"IncompleteSignatureException", 400},
		UnknownKey:     {"UnrecognizedClientException", 400},
		InvalidToken:   {"UnrecognizedClientException", 400},
		BadSignature:   {"InvalidSignatureException", 400},
		Expired:        {"ExpiredTokenException", 400},
		Skewed:         {"InvalidSignatureException", 400},
		Denied:         {"AccessDeniedException", 400},
		InvalidRequest: {"ValidationException", 400},
		NotImplemented: {"UnknownOperationException", 400},
		TooLarge:       {"RequestEntityTooLargeException", 413},
	}
	s3Names = map[Code]name{
		Internal:       {"InternalError", 500},
		MissingToken:   {"AccessDenied", 403},
		Malformed:      {"AuthorizationHeaderMalformed", 400},
		UnknownKey:     {"InvalidAccessKeyId", 403},
		InvalidToken:   {"InvalidToken", 400},
		BadSignature:   {"SignatureDoesNotMatch", 403},
		Expired:        {"ExpiredToken", 400},
		Skewed:         {"RequestTimeTooSkewed", 403},
		Denied:         {"AccessDenied", 403},
		InvalidRequest: {"InvalidRequest", 400},
		NotImplemented: {"NotImplemented", 501},
		NoSuchBucket:   {"NoSuchBucket", 404},
	}
)

// refusal turns any error into one that may be shown: what is not an Error is the twin's own trouble, and is logged.
func refusal(log *slog.Logger, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	log.Error("request failed", "error", err)
	return &Error{Code: Internal, Message: "An internal error occurred; the twin's services log says more."}
}

// WriteJSON answers a request of a JSON protocol (SSM, ECR).
func WriteJSON(w http.ResponseWriter, log *slog.Logger, err error) {
	e := refusal(log, err)
	n := jsonNames[e.Code]
	WriteJSONError(w, n.status, n.code, e.Message)
}

// WriteJSONError answers a request of a JSON protocol with a service's own error.
func WriteJSONError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	// SDKs read either spelling; AWS's own services differ in which one they send.
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
}

// WriteS3 answers a request to S3.
func WriteS3(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	e := refusal(log, err)
	n := s3Names[e.Code]
	WriteS3Error(w, r, n.status, n.code, e.Message)
}

// WriteS3Error answers a request to S3 with any error. HEAD has no body.
func WriteS3Error(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		writeXML(w, struct {
			XMLName  xml.Name `xml:"Error"`
			Code     string
			Message  string
			Resource string
		}{Code: code, Message: message, Resource: r.URL.Path})
	}
}

func writeXML(w http.ResponseWriter, v any) {
	fmt.Fprint(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(v) // the client went away
}
