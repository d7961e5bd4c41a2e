package gcpauth

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// Error is a refusal in the form of Google's APIs.
type Error struct {
	HTTP    int    // 403
	Status  string // PERMISSION_DENIED
	Message string
}

func (e *Error) Error() string { return e.Message }

// WriteError answers with the error when it is an Error, and otherwise logs it and says no more than that it failed.
func WriteError(w http.ResponseWriter, log *slog.Logger, err error) {
	var e *Error
	if !errors.As(err, &e) {
		log.Error("request failed", "error", err)
		e = &Error{http.StatusInternalServerError, "INTERNAL", "Internal error encountered; the twin's services log says more."}
	}
	if e.HTTP == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/"`)
	}
	type body struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Status  string `json:"status"`
	}
	WriteJSON(w, e.HTTP, map[string]body{"error": {e.HTTP, e.Message, e.Status}})
}

// WriteJSON answers with a document, indented as Google's are.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(v) // the client went away
}
