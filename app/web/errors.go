package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"crosscloud/app/todo"
)

const (
	// retryAfter is in seconds: a restarted Postgres is usually back by then.
	retryAfter = "5"
	// clientGone is nginx's status for a client that did not wait for the answer.
	clientGone = 499
)

// errForm replaces the parser's own error, which quotes what was sent.
var errForm = errors.New("the form is malformed")

// statusOf is the one place where errors become HTTP.
func statusOf(err error) int {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, context.Canceled):
		return clientGone
	case errors.Is(err, todo.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, todo.ErrUnavailable):
		return http.StatusServiceUnavailable
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errForm):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// explanations are what a visitor reads; causes are only logged.
var explanations = map[int][2]string{
	http.StatusBadRequest:            {"That form could not be read", "Go back and send it again."},
	http.StatusForbidden:             {"That came from another site", "Changes are only accepted from this site's own pages."},
	http.StatusNotFound:              {"There is nothing here", "Somebody may have deleted it in the meantime."},
	http.StatusMethodNotAllowed:      {"That cannot be done here", "This address takes other kinds of requests."},
	http.StatusRequestEntityTooLarge: {"That is too much text", "A todo has at most 500 characters."},
	http.StatusServiceUnavailable: {"The list cannot be reached", "The database does not answer at the moment. " +
		"If you were changing something, look whether it was stored before you repeat it. Please try again in a few seconds."},
	http.StatusInternalServerError: {"Something went wrong", "It has been written down for the people who run this site."},
}

// fail answers a request that could not be fulfilled.
func (h *handlers) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(err)
	switch {
	case status == clientGone:
		w.WriteHeader(status) // for the log; nobody reads the answer
		return
	case status == http.StatusServiceUnavailable:
		h.log.WarnContext(r.Context(), "store unavailable", slog.Any("error", err))
	case status == http.StatusInternalServerError:
		h.log.ErrorContext(r.Context(), "request failed", slog.Any("error", err))
	}
	h.errorPage(status).ServeHTTP(w, r)
}

func (h *handlers) errorPage(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", retryAfter)
		}
		text := explanations[status]
		h.render(w, r, status, "error.html", errorPage{Title: text[0], Text: text[1], RequestID: requestID(r.Context())})
	})
}

// unmatched gives the router's own refusals (404, 405) the site's looks. Where
// the router would redirect to a tidier spelling ("//x"), nothing is there either.
func (h *handlers) unmatched(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		refusal := refusal{}
		mux.ServeHTTP(refusal, r)
		status := http.StatusNotFound
		if allow := refusal.Header().Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			status = http.StatusMethodNotAllowed
		}
		h.errorPage(status).ServeHTTP(w, r)
	})
}

// refusal keeps a response's header and drops the rest.
type refusal http.Header

func (r refusal) Header() http.Header         { return http.Header(r) }
func (r refusal) WriteHeader(int)             {}
func (r refusal) Write(p []byte) (int, error) { return len(p), nil }
