// Package web serves the app to browsers: pages and forms that work without
// JavaScript, and the two questions a proxy asks.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"crosscloud/app/api"
	"crosscloud/app/request"
	"crosscloud/app/todo"
)

type handlers struct {
	store      todo.Store
	ready      func(context.Context) error
	log        *slog.Logger
	look       func() *look
	sameOrigin *http.CrossOriginProtection
	observe    Observe
	live       *live // nil but in development
}

// Observe is told of each request that was answered: the pattern of its route
// ("" where none matched), its status and how long it took.
type Observe func(route string, status int, took time.Duration)

// Option is something that a site can do without.
type Option func(*handlers)

// Observed tells somebody of each request.
func Observed(by Observe) Option { return func(h *handlers) { h.observe = by } }

// New returns the whole site. The function ready says why the app cannot serve
// pages at the moment; nil means that it can.
func New(store todo.Store, ready func(context.Context) error, log *slog.Logger, options ...Option) http.Handler {
	shown, err := newLook(embedded, "")
	if err != nil {
		panic(err) // it is part of the program, so every test would have met it
	}
	h := &handlers{
		store: store, ready: ready, log: log,
		look:       func() *look { return shown },
		sameOrigin: http.NewCrossOriginProtection(),
		observe:    func(string, int, time.Duration) {},
	}
	h.sameOrigin.SetDenyHandler(h.refuse(http.StatusForbidden))
	for _, option := range options {
		option(h)
	}
	return h.site()
}

func (h *handlers) site() http.Handler {
	mux := http.NewServeMux()

	// A list works alike for the browser that owns it and for those who have its link.
	mux.Handle("GET /{$}", h.read(ownDoor, h.list))
	mux.Handle("GET /l/{share}", h.read(sharedDoor, h.list))
	mux.Handle("GET /l/{share}/{$}", h.read(sharedDoor, withoutSlash))
	for _, d := range []door{ownDoor, sharedDoor} {
		mux.Handle("POST "+d.path+"/add", h.write(d, h.add))
		mux.Handle("POST "+d.path+"/items/{id}/toggle", h.write(d, h.toggle))
		mux.Handle("POST "+d.path+"/items/{id}/edit", h.write(d, h.edit))
		mux.Handle("POST "+d.path+"/items/{id}/delete", h.write(d, h.delete))
		mux.Handle("POST "+d.path+"/toggle-all", h.write(d, h.toggleAll))
		mux.Handle("POST "+d.path+"/clear-completed", h.write(d, h.clearCompleted))
		mux.Handle("POST "+d.path+"/undo", h.write(d, h.undo))
	}
	// What only the owner can do.
	mux.Handle("GET /share", h.read(ownDoor, h.share))
	mux.Handle("POST /share", h.write(ownDoor, h.replaceShare))
	mux.Handle("GET /o/{owner}", h.read(recoveryDoor, h.recovery))
	mux.Handle("POST /o/{owner}", h.write(recoveryDoor, h.recover))

	// Programs come from anywhere, without cookies: what the forms are protected
	// by is not around these.
	programs := api.New(h.store, h.log)
	for _, path := range []string{"/l/{share}/todos", "/l/{share}/todos/", "/openapi.json"} {
		mux.Handle(path, h.recoverPanics(programs, api.Panicked))
	}

	mux.HandleFunc("GET /static/{file}", h.static)
	mux.Handle("GET /favicon.ico", h.fixed("icon.svg"))
	mux.Handle("GET /robots.txt", h.fixed("robots.txt"))

	if h.live != nil {
		mux.HandleFunc("GET "+reloadPath, h.live.script)
		mux.HandleFunc("GET "+changesPath, h.live.changes)
	}

	mux.HandleFunc("GET /healthz", h.healthz)
	mux.HandleFunc("GET /readyz", h.readyz)

	// From the inside out: the last one sees the request first.
	site := h.unmatched(mux)
	site = secureHeaders(site)
	site = h.recoverPanics(site, h.refuse(http.StatusInternalServerError))
	site = h.logRequests(site)
	site = request.Identify(site)
	site = sendHeld(site)
	return site
}

// read handles a request that stores nothing.
func (h *handlers) read(d door, act func(http.ResponseWriter, *http.Request, visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := h.enter(w, r, d)
		if err == nil {
			err = act(w, r, v)
		}
		if err != nil {
			h.fail(w, r, err, nil)
		}
	})
}

// write handles a form of one of our own pages.
func (h *handlers) write(d door, act func(http.ResponseWriter, *http.Request, change) error) http.Handler {
	return h.sameOrigin.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var c change
		var err error
		if c.fields, err = readForm(w, r); err == nil {
			c.visit, err = h.enter(w, r, d)
		}
		if err == nil {
			c.requestKey, err = requestKey(r, false)
		}
		if err == nil {
			c.formKey, err = formKey(r.URL.Path, c.fields)
		}
		if err == nil {
			err = act(w, r, c)
		}
		if err != nil {
			h.fail(w, r, err, c.fields)
		}
	}))
}

func (h *handlers) enter(w http.ResponseWriter, r *http.Request, d door) (visit, error) {
	header := w.Header()
	header.Set("Cache-Control", "private, no-cache") // Back shows the list as it is now
	if d.path != "" {
		header.Set("X-Robots-Tag", "noindex") // wherever somebody has put the link
	}
	v := d.enter(r)
	if !v.stranger {
		request.NoteList(r.Context(), v.access.Token)
	}
	var err error
	v.view, err = parseView(r.URL.RawQuery)
	return v, err
}

// withoutSlash leads to the same view of the list, whether there is one or not.
func withoutSlash(w http.ResponseWriter, r *http.Request, v visit) error {
	address := url.URL{Path: v.home, RawQuery: r.URL.RawQuery}
	http.Redirect(w, r, address.String(), http.StatusPermanentRedirect)
	return nil
}
