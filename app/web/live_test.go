package web

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev/transcript"
)

// checkout is a site that follows a copy of our files.
type checkout struct {
	t    *testing.T
	dir  string
	url  string
	log  *transcript.Buffer
	stop context.CancelFunc
}

func newCheckout(t *testing.T) *checkout {
	t.Helper()
	c := &checkout{t: t, dir: t.TempDir(), log: &transcript.Buffer{}}
	require.NoError(t, os.CopyFS(c.dir, embedded))
	ctx, stop := context.WithCancel(t.Context())
	c.stop = stop
	log := slog.New(slog.NewTextHandler(c.log, nil))
	live, err := Live(ctx, os.DirFS(c.dir), log)
	require.NoError(t, err)
	server := httptest.NewServer(New(newMemory(), func(context.Context) error { return nil }, log, live))
	t.Cleanup(func() { stop(); server.Close() })
	c.url = server.URL
	return c
}

func (c *checkout) get(path string) *http.Response {
	c.t.Helper()
	response, err := http.Get(c.url + path)
	require.NoError(c.t, err)
	c.t.Cleanup(func() { response.Body.Close() })
	return response
}

func (c *checkout) text(path string) string {
	c.t.Helper()
	body, err := io.ReadAll(c.get(path).Body)
	require.NoError(c.t, err)
	return string(body)
}

// replace changes a file as an editor does.
func (c *checkout) replace(name, old, new string) {
	c.t.Helper()
	path := filepath.Join(c.dir, name)
	text, err := os.ReadFile(path)
	require.NoError(c.t, err)
	require.Contains(c.t, string(text), old)
	require.NoError(c.t, os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o644))
}

// next is the data of an event stream's next event; "" at its end.
func next(events *bufio.Scanner) string {
	for events.Scan() {
		if data, ok := strings.CutPrefix(events.Text(), "data: "); ok {
			return data
		}
	}
	return ""
}

func TestPagesFollowTheirFiles(t *testing.T) {
	c := newCheckout(t)
	reload := regexp.MustCompile(`<script src="/development/reload.js\?([A-Z2-7]+)" defer></script>`)
	version := func() string { return reload.FindStringSubmatch(c.text("/"))[1] }
	assert.Equal(t, string(reloadScript), c.text("/development/reload.js"))
	stream := c.get("/development/changes")
	assert.Equal(t, "text/event-stream", stream.Header.Get("Content-Type"))
	assert.Contains(t, stream.Header.Get("Content-Security-Policy"), "connect-src 'self'")
	events := bufio.NewScanner(stream.Body)
	first := next(events)
	assert.Equal(t, version(), first, "what changed before the page could listen has another one")

	style := regexp.MustCompile(`/static/style\.[0-9a-f]+\.css`)
	before := style.FindString(c.text("/"))
	require.NotEmpty(t, before)
	c.replace("static/style.css", ":root", "/* another */ :root")
	second := next(events)
	assert.NotEqual(t, first, second)
	assert.Equal(t, version(), second)
	assert.NotEqual(t, before, style.FindString(c.text("/")))
	assert.Contains(t, c.text("/static/style.css"), "/* another */")

	c.replace("templates/layout.html", "<main>", "<main data-another>")
	assert.NotEqual(t, second, next(events))
	assert.Contains(t, c.text("/"), "<main data-another>")

	c.replace("templates/layout.html", "<main data-another>", "<main>{{if}}")
	c.replace("templates/error.html", "</p>", "</p>\n")
	assert.Contains(t, c.text("/"), "<main data-another>", "the last that could be used")
	assert.Contains(t, c.log.String(), "missing value for if")
	c.replace("templates/layout.html", "{{if}}", "")
	require.NotEmpty(t, next(events))
	assert.Contains(t, c.text("/"), "<main>")

	c.stop()
	assert.Empty(t, next(events), "it ends with the app, which would wait for it")
}

// The server's limit for an answer is for those that end.
func TestPagesAreFollowedForLong(t *testing.T) {
	c := newCheckout(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	live, err := Live(ctx, os.DirFS(c.dir), slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(New(newMemory(), nil, slog.New(slog.DiscardHandler), live))
	server.Config.WriteTimeout = time.Millisecond
	server.Start()
	defer server.Close()
	defer stop()
	response, err := http.Get(server.URL + "/development/changes")
	require.NoError(t, err)
	defer response.Body.Close()
	events := bufio.NewScanner(response.Body)
	require.NotEmpty(t, next(events))
	time.Sleep(5 * time.Millisecond)
	c.replace("static/robots.txt", "User-agent", "User-Agent")
	assert.NotEmpty(t, next(events))
}

func TestVisitorsFollowNothing(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	assert.NotContains(t, b.get("/").text, "development")
	assert.Equal(t, http.StatusNotFound, b.get("/development/changes").StatusCode)
	assert.Equal(t, http.StatusNotFound, b.get("/development/reload.js").StatusCode)
}

func TestDevelopmentNeedsTheFiles(t *testing.T) {
	_, err := Live(t.Context(), os.DirFS(t.TempDir()), slog.New(slog.DiscardHandler))
	assert.ErrorContains(t, err, "templates")
}
