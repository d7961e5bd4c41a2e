// Package gcemeta is the Compute Engine metadata server: the tree of an instance and its project, as text or JSON,
// with the long poll by which a host hears of a change at once.
package gcemeta

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"crosscloud/infra/twin/services/gcpauth"
	"crosscloud/infra/twin/state"
)

const (
	root = "/computeMetadata/v1"
	// poll is how often a waiting request looks at the instance's record. It bounds how late a host hears of a change.
	poll = 250 * time.Millisecond
)

// Server answers the machines of GCP.
type Server struct {
	store     *state.Store
	authority *gcpauth.Authority
	log       *slog.Logger
	now       func() time.Time
}

// New returns the service; the authority is where it gets access tokens.
func New(store *state.Store, authority *gcpauth.Authority, log *slog.Logger, now func() time.Time) *Server {
	return &Server{store: store, authority: authority, log: log, now: now}
}

// ServeMachine answers a request that came from the machine m, whose id in the store is projects/P/zones/Z/instances/N.
func (s *Server) ServeMachine(w http.ResponseWriter, r *http.Request, id string, m state.Machine) {
	header := w.Header()
	header.Set("Metadata-Flavor", "Google")
	header.Set("Server", "Metadata Server for VM")
	header.Set("X-XSS-Protection", "0")
	header.Set("X-Frame-Options", "SAMEORIGIN")
	switch {
	case r.URL.Path == "/":
		// Clients ask this, without the header, to find out whether they run on Compute Engine.
		writeText(w, "computeMetadata/\n")
	case r.Header.Get("X-Forwarded-For") != "":
		refuse(w, http.StatusForbidden, "A request with an X-Forwarded-For header came through a proxy.")
	case r.Header.Get("Metadata-Flavor") != "Google":
		refuse(w, http.StatusForbidden, "Missing required header \"Metadata-Flavor\": \"Google\".")
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		refuse(w, http.StatusMethodNotAllowed, "The twin's metadata can only be read.")
	case r.URL.Path == "/computeMetadata" || r.URL.Path == "/computeMetadata/":
		writeText(w, "v1/\n")
	case r.URL.Path != root && !strings.HasPrefix(r.URL.Path, root+"/"):
		refuse(w, http.StatusNotFound, "The requested URL was not found on this server.")
	default:
		s.get(w, r, id, m)
	}
}

// query is what a request may ask beside the path.
type query struct {
	recursive bool
	json      bool
	wait      bool
	lastETag  string
	timeout   time.Duration // 0 waits for as long as the client does
}

func parseQuery(values url.Values) (query, error) {
	q := query{
		recursive: strings.EqualFold(values.Get("recursive"), "true"),
		wait:      strings.EqualFold(values.Get("wait_for_change"), "true"),
		lastETag:  values.Get("last_etag"),
	}
	switch alt := values.Get("alt"); alt {
	case "json":
		q.json = true
	case "":
		q.json = q.recursive
	case "text":
	default:
		return q, errors.New("alt must be json or text")
	}
	if text := values.Get("timeout_sec"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 0 {
			return q, errors.New("timeout_sec must be a number of seconds")
		}
		q.timeout = time.Duration(seconds) * time.Second
	}
	return q, nil
}

func (s *Server) get(w http.ResponseWriter, r *http.Request, id string, m state.Machine) {
	q, err := parseQuery(r.URL.Query())
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	path := strings.TrimPrefix(r.URL.Path, root)
	a, err := s.answer(id, m, path, q)
	if err == nil && q.wait {
		a, err = s.changed(r.Context(), id, path, q, a)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return // the client went away
	case errors.Is(err, state.ErrNotFound):
		refuse(w, http.StatusNotFound, "The requested URL was not found on this server.")
		return
	case err != nil:
		s.log.Error("no metadata", "instance", id, "path", path, "error", err)
		refuse(w, http.StatusServiceUnavailable, "The twin's services log says more.")
		return
	}
	if a.directory && !q.recursive && !strings.HasSuffix(r.URL.Path, "/") {
		http.Redirect(w, r, r.URL.Path+"/", http.StatusMovedPermanently)
		return
	}
	w.Header().Set("ETag", a.etag)
	if a.json {
		w.Header().Set("Content-Type", "application/json")
	} else {
		w.Header().Set("Content-Type", "application/text")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	_, _ = w.Write(a.body) // the client went away
}

// changed waits until the answer is no longer the one that the client has seen: last_etag, or what it is now.
func (s *Server) changed(ctx context.Context, id, path string, q query, a answer) (answer, error) {
	seen := q.lastETag
	if seen == "" {
		seen = a.etag
	}
	var timeout <-chan time.Time
	if q.timeout > 0 {
		timer := time.NewTimer(q.timeout)
		defer timer.Stop()
		timeout = timer.C
	}
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for a.etag == seen {
		select {
		case <-ctx.Done():
			return a, context.Canceled
		case <-timeout:
			return a, nil
		case <-ticker.C:
		}
		now, err := state.Get[state.Machine](s.store, id)
		if err != nil {
			return a, err
		}
		if a, err = s.answer(id, now, path, q); err != nil {
			return a, err
		}
	}
	return a, nil
}

func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/text")
	_, _ = w.Write([]byte(text)) // the client went away
}

// refuse answers in HTML, like Google's servers.
func refuse(w http.ResponseWriter, status int, reason string) {
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.WriteHeader(status)
	text := strconv.Itoa(status) + " (" + http.StatusText(status) + ")"
	_, _ = w.Write([]byte("<!DOCTYPE html>\n<html lang=en>\n<title>Error " + text + "</title>\n<p><b>" + text + "</b> " + reason + "\n"))
}
