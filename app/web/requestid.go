package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"

	"crosscloud/app/todo"
)

const requestIDHeader = "X-Request-Id"

// trace is what the log tells about a request.
type trace struct {
	id   string
	list *todo.Token // the list that it was about, if any
}

type traceKey struct{}

// identify gives each request an id: the proxy's, so that both logs can be
// read side by side, or one of its own.
func identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !acceptable(id) {
			id = rand.Text()
		}
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), traceKey{}, &trace{id: id})))
	})
}

// acceptable is what a proxy in front may send as an id; anything else could
// be an attempt to write into the log.
func acceptable(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func traceOf(ctx context.Context) *trace {
	t, _ := ctx.Value(traceKey{}).(*trace)
	return t
}

func requestID(ctx context.Context) string {
	if t := traceOf(ctx); t != nil {
		return t.id
	}
	return ""
}

// noteList remembers for the log which list a request was about.
func noteList(ctx context.Context, token todo.Token) {
	if t := traceOf(ctx); t != nil {
		t.list = &token
	}
}

// LogHandler adds the request id to every record that is logged with a
// request's context.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := requestID(ctx); id != "" {
		record.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, record)
}

func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name)}
}
