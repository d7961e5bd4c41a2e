package web

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// statusOf is the one place where errors become HTTP.
func statusOf(err error) int {
	var refused *todo.TitleError
	switch {
	case errors.Is(err, context.Canceled):
		return request.StatusClientGone
	case errors.Is(err, todo.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, todo.ErrUnavailable):
		return http.StatusServiceUnavailable
	case errors.Is(err, request.ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, request.ErrCutOff), errors.Is(err, request.ErrHost), errors.Is(err, errForm), errors.Is(err, todo.ErrKey):
		return http.StatusBadRequest
	case errors.Is(err, request.ErrType):
		return http.StatusUnsupportedMediaType
	case errors.Is(err, todo.ErrKeyReused), errors.As(err, &refused):
		return http.StatusUnprocessableEntity
	}
	return http.StatusInternalServerError
}

// explanations are what a visitor reads; causes are only logged.
var explanations = map[int][2]string{
	http.StatusBadRequest:            {"That form could not be read", "Nothing was stored. Go back and send it again."},
	http.StatusForbidden:             {"That came from another site", "Changes are only accepted from this site's own pages."},
	http.StatusNotFound:              {"There is nothing here", "It may have been deleted, or the address is not complete."},
	http.StatusMethodNotAllowed:      {"That cannot be done here", "This address takes other kinds of requests."},
	http.StatusRequestEntityTooLarge: {"That is too much text", "Nothing was stored. A todo has at most 500 characters."},
	http.StatusUnsupportedMediaType:  {"That is not a form", "Nothing was stored. This address takes forms of this site's pages."},
	http.StatusUnprocessableEntity:   {"That was refused", "Its Idempotency-Key came with another request before. Nothing was stored."},
	http.StatusServiceUnavailable:    {"The list cannot be reached", "The database does not answer at the moment."},
	http.StatusInternalServerError:   {"Something went wrong", "It has been written down for the people who run this site."},
}

// errorPage is what error.html shows.
type errorPage struct {
	Title, Text string
	RequestID   string
	Home        string // the list that the request was about
	Again       *again // nil where there is nothing to send again
}

// again is a form that could not be stored, to be sent as it was or corrected.
// As it was it has the key of the first attempt, so that both together store it
// once. A corrected text is another write, and the first may be stored as well.
type again struct {
	Action      string
	Field, Text string // what somebody typed; Field is "" if nothing
	Rest        form
}

// fail answers a request that could not be fulfilled; fields are those of its
// form, if it has one.
func (h *handlers) fail(w http.ResponseWriter, r *http.Request, err error, fields form) {
	status := statusOf(err)
	switch status {
	case request.StatusClientGone:
		w.WriteHeader(status) // for the log; nobody reads the answer
		return
	case http.StatusServiceUnavailable:
		h.log.WarnContext(r.Context(), "store unavailable", slog.Any("error", err))
	case http.StatusInternalServerError:
		h.log.ErrorContext(r.Context(), "request failed", slog.Any("error", err))
	case http.StatusUnsupportedMediaType:
		w.Header().Set("Accept-Post", formType)
	}
	page := explain(r, status)
	var refused *todo.TitleError
	if errors.As(err, &refused) {
		page.Text = refused.Message
	}
	if fields != nil && (refused != nil || status == http.StatusServiceUnavailable) {
		page.Again = sendAgain(r, fields)
	}
	h.showError(w, r, status, page)
}

func sendAgain(r *http.Request, fields form) *again {
	back, _ := parseView(r.URL.RawQuery)
	a := &again{Action: r.URL.EscapedPath() + back.plain().String(), Rest: maps.Clone(fields)}
	for _, name := range []string{"todo", "title"} {
		if text, typed := fields[name]; typed {
			a.Field, a.Text = name, readable(text)
			delete(a.Rest, name)
		}
	}
	return a
}

func explain(r *http.Request, status int) errorPage {
	text := explanations[status]
	page := errorPage{Title: text[0], Text: text[1], RequestID: request.ID(r.Context()), Home: "/"}
	if share := r.PathValue("share"); share != "" && r.Method == http.MethodPost {
		page.Home = "/l/" + share
	}
	return page
}

func (h *handlers) showError(w http.ResponseWriter, r *http.Request, status int, page errorPage) {
	header := w.Header()
	header.Set("Cache-Control", "private, no-cache")
	header.Del("ETag")
	if status == http.StatusServiceUnavailable {
		header.Set("Retry-After", request.RetryAfter)
		if r.Method == http.MethodGet {
			header.Set("Refresh", request.RetryAfter) // comes back by itself; a form must not
			page.Text += " This page tries again every few seconds."
		} else {
			page.Text += " Please try again in a few seconds."
		}
	}
	h.render(w, r, status, "error.html", page)
}

// errorPage answers with a status's page.
func (h *handlers) errorPage(w http.ResponseWriter, r *http.Request, status int) {
	h.showError(w, r, status, explain(r, status))
}

func (h *handlers) refuse(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { h.errorPage(w, r, status) }
}

// unmatched gives the router's own refusals (404, 405) the site's looks. Where
// the router would redirect to a tidier spelling ("//x"), nothing is there either.
func (h *handlers) unmatched(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		refused := headerOnly{}
		mux.ServeHTTP(refused, r)
		status := http.StatusNotFound
		if allow := refused.Header().Get("Allow"); allow != "" {
			w.Header().Set("Allow", allow)
			status = http.StatusMethodNotAllowed
		}
		h.errorPage(w, r, status)
	})
}

// headerOnly keeps a response's header and drops the rest.
type headerOnly http.Header

func (h headerOnly) Header() http.Header         { return http.Header(h) }
func (h headerOnly) WriteHeader(int)             {}
func (h headerOnly) Write(p []byte) (int, error) { return len(p), nil }
