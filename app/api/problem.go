package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// problem is an error as RFC 9457 writes it. Its type is the address of the
// schema, in our own document, that describes it.
type problem struct {
	Type      string       `json:"type"`
	Title     string       `json:"title"`
	Status    int          `json:"status"`
	Detail    string       `json:"detail"`
	RequestID string       `json:"requestId"`
	Errors    []fieldError `json:"errors,omitempty"` // what is wrong with each member of the body
}

// fieldError is about the member of the body that the JSON pointer names.
type fieldError struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Error lets a problem be returned from wherever it is found.
func (p *problem) Error() string { return p.Title + ": " + p.Detail }

func newProblem(name string, status int, title, detail string) *problem {
	return &problem{Type: documentPath + "#/components/schemas/" + name, Status: status, Title: title, Detail: detail}
}

var (
	errMethod = newProblem("MethodNotAllowed", http.StatusMethodNotAllowed, "Method not allowed",
		"The header Allow names the methods that this address takes.")
	errContentType = newProblem("UnsupportedMediaType", http.StatusUnsupportedMediaType, "Unsupported media type",
		"Send the body as application/json, in UTF-8 and not compressed.")
	errNotFound = newProblem("NotFound", http.StatusNotFound, "Not found",
		"There is no such list or todo.")
	errTooLarge = newProblem("ContentTooLarge", http.StatusRequestEntityTooLarge, "Content too large",
		"The body has more than 65536 bytes. Nothing was stored.")
	errKeyReused = newProblem("KeyReused", http.StatusUnprocessableEntity, "Key reused",
		"This Idempotency-Key came with another request before. Nothing was stored.")
	errUnavailable = newProblem("Unavailable", http.StatusServiceUnavailable, "Unavailable",
		"The list cannot be reached at the moment. Send the request again later; with its Idempotency-Key it takes effect once.")
	errInternal = newProblem("InternalError", http.StatusInternalServerError, "Internal error",
		"It has been written down for the people who run this site.")
)

func badRequest(detail string) *problem {
	return newProblem("BadRequest", http.StatusBadRequest, "Bad request", detail)
}

func invalid(errors ...fieldError) *problem {
	p := newProblem("InvalidTodo", http.StatusUnprocessableEntity, "Invalid todo", "Nothing was stored: see errors.")
	p.Errors = errors
	return p
}

// explain is the one place where errors become problems. Causes that are ours
// are not shown.
func explain(err error) *problem {
	var known *problem
	var refused *todo.TitleError
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, request.ErrHost):
		return badRequest("The header Host names no host.")
	case errors.Is(err, request.ErrType):
		return errContentType
	case errors.Is(err, request.ErrTooLarge):
		return errTooLarge
	case errors.Is(err, request.ErrCutOff):
		return badRequest("The body was cut off. Nothing was stored.")
	case errors.As(err, &refused):
		return invalid(fieldError{"#/title", refused.Message})
	case errors.Is(err, todo.ErrNotFound):
		return errNotFound
	case errors.Is(err, todo.ErrKey):
		return badRequest("Idempotency-Key takes 1 to 128 visible ASCII characters, in quotes or bare.")
	case errors.Is(err, todo.ErrKeyReused):
		return errKeyReused
	case errors.Is(err, todo.ErrUnavailable):
		return errUnavailable
	}
	return errInternal
}

func (h *handlers) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		w.WriteHeader(request.StatusClientGone) // for the log; nobody reads the answer
		return
	}
	known := explain(err)
	header := w.Header()
	switch known.Status {
	case http.StatusServiceUnavailable:
		header.Set("Retry-After", request.RetryAfter)
		h.log.WarnContext(r.Context(), "store unavailable", slog.Any("error", err))
	case http.StatusInternalServerError:
		h.log.ErrorContext(r.Context(), "request failed", slog.Any("error", err))
	case http.StatusUnsupportedMediaType:
		header.Set(map[string]string{"POST": "Accept-Post", "PATCH": "Accept-Patch"}[r.Method], contentType)
	}
	show(w, r, known)
}

func show(w http.ResponseWriter, r *http.Request, known *problem) {
	shown := *known
	shown.RequestID = request.ID(r.Context())
	text, err := json.Marshal(shown)
	if err != nil {
		panic(err) // strings and a number
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "application/problem+json")
	w.WriteHeader(shown.Status)
	w.Write(text)
}
