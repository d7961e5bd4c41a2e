package web

import (
	"context"
	"flag"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev/transcript"
	"crosscloud/app/request"
	"crosscloud/app/todo"
)

var update = flag.Bool("update", false, "write the golden files anew")

// site is the running site, over TLS on a real socket, with its log.
type site struct {
	*httptest.Server
	t      *testing.T
	store  todo.Store
	memory *memory // the same, if it is that one
	ready  error
	log    *transcript.Buffer
}

func newSite(t *testing.T) *site {
	t.Helper()
	m := newMemory()
	s := &site{t: t, store: m, memory: m, log: &transcript.Buffer{}}
	s.serve()
	return s
}

func (s *site) serve() {
	log := slog.New(request.LogHandler(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	s.Server = httptest.NewUnstartedServer(New(s.store, func(context.Context) error { return s.ready }, log))
	s.Server.Config.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	s.Server.StartTLS()
	s.t.Cleanup(s.Server.Close)
}

// browser is a visitor with cookies. It follows no redirect.
type browser struct {
	*http.Client
	s *site
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	return &browser{s: s, Client: &http.Client{
		Transport:     s.Client().Transport,
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// reply is an answer that was read to its end.
type reply struct {
	*http.Response
	text string
}

func (b *browser) do(method, path, body string, header ...string) reply {
	b.s.t.Helper()
	r, err := http.NewRequestWithContext(b.s.t.Context(), method, b.s.URL+path, strings.NewReader(body))
	require.NoError(b.s.t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	if r.Header["Content-Type"] == nil && method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.Do(r)
	require.NoError(b.s.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(b.s.t, err)
	return reply{response, string(text)}
}

func (b *browser) get(path string, header ...string) reply {
	b.s.t.Helper()
	return b.do("GET", path, "", header...)
}

func (b *browser) post(path string, pairs ...string) reply {
	b.s.t.Helper()
	return b.do("POST", path, encode(pairs...))
}

// back posts a form and returns the address that the answer leads to.
func (b *browser) back(path string, pairs ...string) string {
	b.s.t.Helper()
	answer := b.post(path, pairs...)
	require.Equal(b.s.t, http.StatusSeeOther, answer.StatusCode, "%s: %s", path, answer.text)
	return answer.Header.Get("Location")
}

// undoable is the deletion that an address offers to take back, "" if none.
func undoable(location string) string {
	at, err := url.Parse(location)
	if err != nil {
		return ""
	}
	return at.Query().Get("undo")
}

func encode(pairs ...string) string {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return values.Encode()
}

var keyInPage = regexp.MustCompile(`name="key" value="([^"]+)"`)

var hashInName = regexp.MustCompile(`(/static/[a-z]+)\.[0-9a-f]{16}\.([a-z]+)`)

// key is that of the forms on a page.
func (r reply) key(t *testing.T) string {
	t.Helper()
	match := keyInPage.FindStringSubmatch(r.text)
	require.NotNil(t, match, "no key on the page")
	return html.UnescapeString(match[1])
}

// owner is the token in the browser's cookie.
func (b *browser) owner() todo.Token {
	b.s.t.Helper()
	at, err := url.Parse(b.s.URL)
	require.NoError(b.s.t, err)
	for _, cookie := range b.Jar.Cookies(at) {
		if cookie.Name == cookieName {
			token, err := todo.ParseToken(cookie.Value)
			require.NoError(b.s.t, err)
			return token
		}
	}
	b.s.t.Fatal("the browser has no list")
	return todo.Token{}
}

// items are those of the browser's own list, newest first.
func (b *browser) items() []todo.Item {
	b.s.t.Helper()
	page, err := b.s.store.Page(b.s.t.Context(), todo.Access{Token: b.owner(), Owner: true}, todo.Query{Limit: 1000})
	require.NoError(b.s.t, err)
	return page.Items
}

func (b *browser) add(titles ...string) {
	b.s.t.Helper()
	for _, title := range titles {
		b.back("/add", "todo", title)
	}
}

// share is the path of the present share link.
func (b *browser) share() string {
	b.s.t.Helper()
	match := regexp.MustCompile(`value="https://[^"/]+(/l/[^"]+)"`).FindStringSubmatch(b.get("/share").text)
	require.NotNil(b.s.t, match)
	return match[1]
}

// golden compares with a file below testdata; -update writes the file instead.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "if the change is meant: go test ./app/web -update")
}
