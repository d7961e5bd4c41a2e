// Package web serves the app to browsers: pages and forms that work without
// JavaScript, and the two questions a proxy asks.
package web

import (
	"context"
	"log/slog"
	"net/http"

	"crosscloud/app/todo"
)

// Items is what the pages need of a store. Errors are those of package todo.
type Items interface {
	List(ctx context.Context, limit int) (todo.Page, error)
	Add(ctx context.Context, title todo.Title) error
	SetDone(ctx context.Context, id int64, done bool) error
	Delete(ctx context.Context, id int64) error
}

// New returns the whole site. The function ready says why the app cannot serve
// pages at the moment; nil means that it can.
func New(items Items, ready func(context.Context) error, log *slog.Logger) http.Handler {
	h := &handlers{items: items, ready: ready, log: log}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", h.list)
	mux.HandleFunc("POST /add", h.add)
	mux.HandleFunc("POST /complete/{id}", h.complete)
	mux.HandleFunc("POST /delete/{id}", h.delete)
	mux.Handle("GET /static/{file}", static(h.errorPage(http.StatusNotFound)))
	mux.HandleFunc("GET /healthz", h.healthz)
	mux.HandleFunc("GET /readyz", h.readyz)

	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(h.errorPage(http.StatusForbidden))

	// From the inside out: the last one sees the request first.
	site := h.unmatched(mux)
	site = limitBody(site)
	site = crossOrigin.Handler(site)
	site = secureHeaders(site)
	site = h.recoverPanics(site)
	site = h.logRequests(site)
	site = identify(site)
	return site
}
