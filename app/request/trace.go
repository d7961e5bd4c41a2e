// Package request reads what pages and API alike take from a request: its id,
// its key, its body and the site that it was sent to.
package request

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"

	"crosscloud/app/todo"
)

const idHeader = "X-Request-Id"

// trace is what the log tells about a request.
type trace struct {
	id   string
	list string // "" where it was about none
}

type traceKey struct{}

// Identify gives each request an id: the proxy's, so that both logs can be
// read side by side, or one of its own.
func Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(idHeader)
		if !acceptable(id) {
			id = rand.Text()
		}
		w.Header().Set(idHeader, id)
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

// of is the trace of the request that has this context. Outside of Identify it
// is one that nobody reads.
func of(ctx context.Context) *trace {
	if t, ok := ctx.Value(traceKey{}).(*trace); ok {
		return t
	}
	return &trace{}
}

// ID is what Identify gave the request, "" for what is none.
func ID(ctx context.Context) string { return of(ctx).id }

// NoteList remembers for the log which list a request is about.
func NoteList(ctx context.Context, token todo.Token) {
	hash := token.Hash()
	of(ctx).list = hex.EncodeToString(hash[:4])
}

// List is the list of NoteList, as 32 bits of its hash: they tell the lists in
// a log apart and open none.
func List(ctx context.Context) string { return of(ctx).list }

// LogHandler adds the request id to every record that is logged with a
// request's context.
func LogHandler(next slog.Handler) slog.Handler { return logHandler{next} }

type logHandler struct{ slog.Handler }

func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := ID(ctx); id != "" {
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
