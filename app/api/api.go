// Package api serves lists to programs: JSON below the address of a list's
// share link, as the Todo-Backend specification (todobackend.com) has it, and
// an OpenAPI document that describes exactly that.
//
// Whoever has the address may do all of it, from a page of any origin. Cookies
// are never read, so a foreign page can borrow nothing from its visitor.
package api

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"crosscloud/app/todo"
)

type handlers struct {
	store todo.Store
	log   *slog.Logger
}

// handler answers a request or says why it cannot; see explain.
type handler func(http.ResponseWriter, *http.Request) error

type route struct {
	method, path string
	serve        handler
}

func (h *handlers) routes() []route {
	const list, item = "/l/{share}/todos", "/l/{share}/todos/{id}"
	return []route{
		{"GET", list, read(h.list)},
		{"POST", list, write(h.add)},
		{"DELETE", list, write(h.deleteAll)},
		{"GET", item, read(h.item)},
		{"PATCH", item, write(h.edit)},
		{"DELETE", item, write(h.delete)},
		{"GET", documentPath, describe},
	}
}

// New returns a handler for /l/{share}/todos, all below it, and /openapi.json.
// It is to be inside of request.Identify.
func New(store todo.Store, log *slog.Logger) http.Handler {
	h := &handlers{store, log}
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, route := range h.routes() {
		mux.Handle(route.method+" "+route.path, h.handle(route.serve))
		methods[route.path] = append(methods[route.path], route.method)
	}
	for path, routed := range methods {
		allow := allowed(routed)
		mux.Handle("OPTIONS "+path, preflight(allow))
		mux.Handle(path, h.handle(func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Allow", allow)
			return errMethod
		}))
	}
	mux.Handle("/", h.handle(func(http.ResponseWriter, *http.Request) error { return todo.ErrNotFound }))
	return openToAll(mux)
}

// Panicked answers a request for which the API's handler panicked. Whoever
// recovered has logged why.
func Panicked(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{"Content-Length", "ETag", "Link", "Location"} {
		w.Header().Del(name) // what was to be answered
	}
	show(w, r, errInternal)
}

// allowed is the Allow header of a path: what is routed, and what comes with it.
func allowed(routed []string) string {
	all := append(routed, "OPTIONS")
	if slices.Contains(routed, "GET") {
		all = append(all, "HEAD")
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (h *handlers) handle(serve handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "private, no-cache")
		header.Set("X-Robots-Tag", "noindex") // wherever somebody has put the link
		if err := serve(w, r); err != nil {
			h.fail(w, r, err)
		}
	})
}
