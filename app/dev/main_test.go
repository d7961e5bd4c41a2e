package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/transcript"
)

func TestMain(m *testing.M) { os.Exit(pgdev.Main(m)) }

// root is the repository's, from here.
const root = "../.."

// session runs dev until the returned function is called.
func session(t *testing.T, data string, settings map[string]string) (siteURL string, output *transcript.Buffer, end func()) {
	t.Helper()
	return sessionIn(t, root, data, settings)
}

func sessionIn(t *testing.T, root, data string, settings map[string]string) (siteURL string, output *transcript.Buffer, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	output = &transcript.Buffer{}
	done := make(chan error, 1)
	go func() { done <- dev(ctx, root, data, func(key string) string { return settings[key] }, output) }()
	end = sync.OnceFunc(func() { cancel(); assert.NoError(t, <-done) })
	t.Cleanup(end)
	ready := regexp.MustCompile(`ready at (http://localhost:\d+/)`)
	require.Eventually(t, func() bool { return ready.MatchString(output.String()) }, 2*time.Minute, 50*time.Millisecond)
	return ready.FindStringSubmatch(output.String())[1], output, end
}

// page reads one with a cookie, if there is one. No jar would send it: it is
// for https.
func page(t *testing.T, url string, cookie *http.Cookie) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	if cookie != nil {
		request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(body)
}

func TestDevKeepsItsDataFromOneSessionToTheNext(t *testing.T) {
	pgdev.Database(t) // skips where there is no Postgres
	data := t.TempDir()
	settings := map[string]string{"LISTEN": freeAddress(t)}
	site, output, end := session(t, data, settings)
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := browser.PostForm(site+"add", url.Values{"todo": {"still here tomorrow"}})
	require.NoError(t, err)
	require.Len(t, response.Cookies(), 1)
	list := response.Cookies()[0]
	assert.Contains(t, output.String(), "psql 'postgres://todo:")
	assert.Contains(t, page(t, site, list), "/development/reload.js")
	example := regexp.MustCompile(`example list: (http://localhost:\d+/o/\S+)`)
	link := example.FindStringSubmatch(output.String())[1]
	assert.Contains(t, page(t, link, nil), "5 of 7 left on it.")
	end()
	_, err = http.Get(site)
	assert.ErrorContains(t, err, "connection refused")
	running, err := filepath.Glob(data + "/*/postmaster.pid")
	require.NoError(t, err)
	assert.Empty(t, running, "Postgres has ended too")

	site, output, _ = session(t, data, settings)
	assert.Contains(t, page(t, site, list), "still here tomorrow")
	assert.Equal(t, link, example.FindStringSubmatch(output.String())[1], "the same example")
}

func TestDevUsesAGivenDatabase(t *testing.T) {
	given := pgdev.Database(t)
	data := t.TempDir()
	site, output, _ := session(t, data, map[string]string{"LISTEN": freeAddress(t), "DATABASE_URL": given})
	assert.Contains(t, page(t, site, nil), "Nothing to do.")
	assert.NotContains(t, output.String(), "psql")
	assert.NotContains(t, output.String(), "example", "nothing is stored in somebody's database")
	entries, err := os.ReadDir(data)
	require.NoError(t, err)
	assert.Empty(t, entries, "no Postgres of its own")
}

func TestDevEndsWithTheApp(t *testing.T) {
	given := pgdev.Database(t)
	settings := map[string]string{"LISTEN": "nonsense", "DATABASE_URL": given}
	output := &transcript.Buffer{}
	err := dev(t.Context(), root, t.TempDir(), func(key string) string { return settings[key] }, output)
	assert.ErrorContains(t, err, "exit status 2")
	assert.Contains(t, output.String(), `LISTEN="nonsense": must be host:port`)
	var stderr bytes.Buffer
	assert.Equal(t, 2, report(fmt.Errorf("wrapped: %w", err), &stderr))
	assert.Empty(t, stderr.String(), "the app has said why")
	assert.Equal(t, 1, report(errors.New("no room"), &stderr))
	assert.Equal(t, "dev: no room\n", stderr.String())
	assert.Equal(t, 0, report(nil, &stderr))
}

func TestDevRunsOnceInACheckout(t *testing.T) {
	pgdev.Database(t) // skips where there is no Postgres
	data := t.TempDir()
	server, err := pgdev.Start(t.Context(), data)
	require.NoError(t, err)
	defer server.Stop()
	err = dev(t.Context(), root, data, func(string) string { return "" }, io.Discard)
	assert.ErrorIs(t, err, pgdev.ErrRunning)
	assert.ErrorContains(t, err, "make dev runs in this checkout already")
}

func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := pgdev.FreePort()
	require.NoError(t, err)
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
