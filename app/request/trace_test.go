package request

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/app/todo"
)

// identified is what act finds in a request that came with this id.
func identified(sent string, act http.HandlerFunc) (answered http.Header) {
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	r.Header.Set("X-Request-Id", sent)
	Identify(act).ServeHTTP(w, r)
	return w.Header()
}

func TestIDsAreTheProxysOrOurs(t *testing.T) {
	ask := func(sent string) (id string) {
		answered := identified(sent, func(_ http.ResponseWriter, r *http.Request) { id = ID(r.Context()) })
		assert.Equal(t, id, answered.Get("X-Request-Id"))
		return id
	}
	assert.Equal(t, "0123456789abcdef0123456789abcdef", ask("0123456789abcdef0123456789abcdef"))
	for _, forged := range []string{"", "short", "with space here", `quote"quote"quote`, strings.Repeat("a", 65)} {
		id := ask(forged)
		assert.NotEqual(t, forged, id)
		assert.True(t, acceptable(id), id)
	}
	assert.NotEqual(t, ask(""), ask(""))
}

func TestTheLogHasTheIDAndTheBeginningOfTheListsHash(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(LogHandler(slog.NewTextHandler(&log, nil))).With("with", "more").WithGroup("group")
	identified("0123456789abcdef", func(_ http.ResponseWriter, r *http.Request) {
		assert.Empty(t, List(r.Context()))
		NoteList(r.Context(), todo.Token{})
		assert.Equal(t, "374708ff", List(r.Context()), "head -c 16 /dev/zero | sha256sum")
		logger.InfoContext(r.Context(), "inside")
	})
	assert.Contains(t, log.String(), "request_id=0123456789abcdef")
	log.Reset()
	NoteList(t.Context(), todo.Token{})
	logger.InfoContext(t.Context(), "outside")
	assert.NotContains(t, log.String(), "request_id")
}
