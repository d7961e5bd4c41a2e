package web

import (
	"log/slog"
	"maps"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"crosscloud/app/request"
)

// contentPolicy allows what the pages use, all of it from this site: our style
// sheet, our script and what it fetches, our icon, our manifest, our forms.
const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secured are headers of every answer.
var secured = http.Header{
	"Content-Security-Policy":    {contentPolicy},
	"X-Content-Type-Options":     {"nosniff"},
	"Cross-Origin-Opener-Policy": {"same-origin"},
	// The addresses of lists are secrets, also from our own logs. It makes
	// browsers send "Origin: null" with our own forms; the cross-origin check
	// then goes by Sec-Fetch-Site, which all have sent since 2023, and refuses
	// those that are older (unless the script sends the form).
	"Referrer-Policy": {"no-referrer"},
}

func secureHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), secured) // the values are shared: Set replaces them, nothing changes them
		next.ServeHTTP(w, r)
	})
}

// logRequests writes one line for each request. It names the route and neither
// the path nor the query: paths open lists, and queries are text from outside.
func (h *handlers) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		recorder := &recorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)

		took := time.Since(started)
		h.observe(r.Pattern, recorder.status, took)
		level := slog.LevelInfo
		if r.Pattern == "GET /healthz" || r.Pattern == "GET /readyz" {
			level = slog.LevelDebug // a probe that succeeds every second is no news, and one that does not has warned
		}
		attributes := []slog.Attr{
			slog.String("method", r.Method),
			slog.String("route", r.Pattern), // empty where none matched
			slog.Int("status", recorder.status),
			slog.Int64("bytes", recorder.bytes),
			slog.Float64("seconds", took.Seconds()),
		}
		if list := request.List(r.Context()); list != "" {
			attributes = append(attributes, slog.String("list", list))
		}
		h.log.LogAttrs(r.Context(), level, "request", attributes...)
	})
}

// recoverPanics turns a panic into a log entry and an answer that says sorry.
func (h *handlers) recoverPanics(next http.Handler, sorry http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler {
				panic(cause) // the server's own way to drop a connection
			}
			h.log.ErrorContext(r.Context(), "panic", slog.Any("cause", cause), slog.Any("stack", callers()))
			if recorder, ok := w.(*recorder); ok && recorder.wrote {
				panic(http.ErrAbortHandler) // too late for that: show that it is cut off
			}
			sorry(w, r)
		}()
		next.ServeHTTP(w, r)
	})
}

// callers are the places that led to a panic. The runtime's own trace has the
// arguments too, and with them most of a token's bytes.
func callers() (places []string) {
	var counters [32]uintptr
	frames := runtime.CallersFrames(counters[:runtime.Callers(3, counters[:])])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		places = append(places, frame.Function+" "+frame.File+":"+strconv.Itoa(frame.Line))
	}
	return places
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.status, r.wrote = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.wrote = true
	n, err := r.ResponseWriter.Write(p)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
