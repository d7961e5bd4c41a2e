package services

import (
	"log/slog"
	"net/http"
)

// logged writes a line for every request that was refused. It has no header but the operation's name, no query and no
// body: those are where secrets are.
func logged(h http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The handlers change the request.
		host, path := r.Host, r.URL.Path
		s := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(s, r)
		level := slog.LevelDebug
		if s.status >= http.StatusBadRequest {
			level = slog.LevelInfo
		}
		log.Log(r.Context(), level, "request", "method", r.Method, "host", host, "path", path,
			"operation", r.Header.Get("X-Amz-Target"), "status", s.status, "from", r.RemoteAddr)
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
