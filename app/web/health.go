package web

import (
	"io"
	"log/slog"
	"net/http"

	"crosscloud/app/request"
)

// healthz says that the process lives and serves; nothing else.
func (h *handlers) healthz(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, "ok\n")
}

// readyz says whether requests would succeed. The reason of a refusal goes to
// the log: it can name hosts and users.
func (h *handlers) readyz(w http.ResponseWriter, r *http.Request) {
	if err := h.ready(r.Context()); err != nil {
		h.log.WarnContext(r.Context(), "not ready", slog.Any("error", err))
		w.Header().Set("Retry-After", request.RetryAfter)
		answer(w, http.StatusServiceUnavailable, "not ready\n")
		return
	}
	answer(w, http.StatusOK, "ready\n")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text)
}
