package gcs

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"crosscloud/infra/twin/services/gcpauth"
)

// Error is a refusal in the form of Cloud Storage, which is older than that of Google's other APIs.
// https://cloud.google.com/storage/docs/json_api/v1/status-codes
type Error struct {
	HTTP    int    // 403
	Reason  string // forbidden
	Message string
}

func (e *Error) Error() string { return e.Message }

// ErrNoBucket is the answer about every bucket that is not there.
var ErrNoBucket = &Error{http.StatusNotFound, "notFound", "The specified bucket does not exist."}

// NoObject is the answer about an object that is not there.
func NoObject(bucket, name string) *Error {
	return &Error{http.StatusNotFound, "notFound", fmt.Sprintf("No such object: %s/%s", bucket, name)}
}

func unknown(format string, args ...any) *Error {
	return &Error{http.StatusNotImplemented, "notImplemented", "The twin's Cloud Storage does not have " + fmt.Sprintf(format, args...) + "."}
}

func invalid(format string, args ...any) *Error {
	return &Error{http.StatusBadRequest, "invalid", fmt.Sprintf(format, args...)}
}

// denied names who lacks which permission on what kind of thing, but not the thing.
func denied(who, permission, on string) *Error {
	return &Error{http.StatusForbidden, "forbidden", fmt.Sprintf(
		"%s does not have %s access to the Google Cloud Storage %s. Permission '%s' denied on resource (or it may not exist).", who, permission, on, permission)}
}

// WriteError answers with the error. A download's errors are plain text: the client has not asked for JSON.
func WriteError(w http.ResponseWriter, log *slog.Logger, download bool, err error) {
	e := asError(log, err)
	if e.HTTP == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/"`)
	}
	if download {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(e.HTTP)
		_, _ = io.WriteString(w, e.Message) // the client went away
		return
	}
	detail := map[string]string{"message": e.Message, "domain": "global", "reason": e.Reason}
	switch e.HTTP {
	case http.StatusUnauthorized:
		detail["locationType"], detail["location"] = "header", "Authorization"
	case http.StatusTooManyRequests:
		detail["domain"] = "usageLimits"
	case http.StatusPreconditionFailed:
		detail["locationType"], detail["location"] = "header", "If-Match"
	}
	gcpauth.WriteJSON(w, e.HTTP, map[string]any{"error": map[string]any{
		"code": e.HTTP, "message": e.Message, "errors": []any{detail},
	}})
}

// asError turns what is not for the caller into a refusal that says nothing, and logs it.
func asError(log *slog.Logger, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	log.Error("request failed", "error", err)
	return &Error{http.StatusInternalServerError, "internalError", "We encountered an internal error. Please try again. (The twin's services log says more.)"}
}
