package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/postgres"
)

// running is the app on a free port.
type running struct {
	url  string
	stop context.CancelFunc // what SIGTERM does
	done chan error         // serve's result
}

func start(t *testing.T, config Config) *running {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	output := &output{to: t.Output()}
	t.Cleanup(output.end)
	ctx, stop := context.WithCancel(t.Context())
	r := &running{url: "http://" + listener.Addr().String(), stop: stop, done: make(chan error, 1)}
	go func() {
		r.done <- serveOn(ctx, listener, config, slog.New(slog.NewTextHandler(output, nil)))
		close(r.done)
	}()
	t.Cleanup(func() { stop(); <-r.done })
	return r
}

// output passes a log on until the test ends. A request that a shutdown cut off
// may log later, when the process would have ended.
type output struct {
	mu sync.Mutex
	to io.Writer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}

func (o *output) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.to = io.Discard
}

func database(t *testing.T) Config {
	t.Helper()
	config, err := postgres.ParseURL(pgdev.Database(t))
	require.NoError(t, err)
	return Config{Database: config}
}

// client does not follow redirects and keeps no connection that a shutdown
// would have to wait for.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func status(t *testing.T, url string) int {
	t.Helper()
	code, _ := visit(t, url, nil)
	return code
}

// visit asks for a page, with a cookie if there is one.
func visit(t *testing.T, url string, cookie *http.Cookie) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, page := send(t, request, cookie)
	return response.StatusCode, page
}

// send returns the answer with its text. No jar would send the cookie: it is for
// https.
func send(t *testing.T, request *http.Request, cookie *http.Cookie) (*http.Response, string) {
	t.Helper()
	if cookie != nil {
		request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(text)
}

// listOfNobody is an address whose answer needs the database: 404 if it answers.
const listOfNobody = "/l/AAAAAAAAAAAAAAAAAAAAAA"

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 15*time.Second, 20*time.Millisecond, what)
}

func TestServeMigratesAndBecomesReady(t *testing.T) {
	r := start(t, database(t))
	eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
	response, err := client.PostForm(r.url+"/add", url.Values{"todo": {"end to end"}})
	require.NoError(t, err)
	assert.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.Len(t, response.Cookies(), 1)
	code, page := visit(t, r.url+"/", response.Cookies()[0])
	assert.Equal(t, http.StatusOK, code)
	assert.Contains(t, page, ">end to end</bdi>")
	r.stop()
	assert.NoError(t, <-r.done)
}

// A slot may start before its database: it lives, says that it is not ready,
// and catches up by itself.
func TestServeWaitsForTheDatabase(t *testing.T) {
	config := database(t)
	gate := newGate(t, config.Database.ConnConfig)
	config.Database.ConnConfig.Port = gate.port
	r := start(t, config)
	assert.Equal(t, http.StatusOK, status(t, r.url+"/healthz"))
	assert.Equal(t, http.StatusServiceUnavailable, status(t, r.url+"/readyz"))
	assert.Equal(t, http.StatusServiceUnavailable, status(t, r.url+listOfNobody))
	assert.Equal(t, http.StatusOK, status(t, r.url+"/"), "whoever has no list yet can begin to type")

	gate.open()
	eventually(t, "ready once the database answers", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
	assert.Equal(t, http.StatusNotFound, status(t, r.url+listOfNobody))

	gate.close()
	assert.Equal(t, http.StatusServiceUnavailable, status(t, r.url+listOfNobody))
	assert.Equal(t, http.StatusServiceUnavailable, status(t, r.url+"/readyz"))
	gate.open()
	eventually(t, "ready again", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
}

func TestTwoSlotsStartAtOnce(t *testing.T) {
	config := database(t)
	blue, green := start(t, config), start(t, Config{Database: config.Database.Copy()})
	for _, slot := range []*running{blue, green} {
		eventually(t, "ready", func() bool { return status(t, slot.url+"/readyz") == http.StatusOK })
	}
}

// nginx refuses them earlier; this is for whoever reaches the port without it.
func TestAFloodOfHeadersIsRefused(t *testing.T) {
	r := start(t, database(t))
	for what, header := range map[string]http.Header{
		"one":  {"X-Long": {strings.Repeat("x", 64<<10)}},
		"many": {"X-Many": slices.Repeat([]string{strings.Repeat("x", 100)}, 1000)},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.url+"/", nil)
		require.NoError(t, err)
		request.Header = header
		response, err := client.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, response.StatusCode, what)
	}
	assert.Equal(t, http.StatusOK, status(t, r.url+"/healthz"))
}

func TestServeFailsWhereTheAddressIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	settings := map[string]string{"DATABASE_URL": "postgres://todo@127.0.0.1:1/todo", "LISTEN": taken.Addr().String()}
	stdout, _, code := app(t, settings, "serve")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "address already in use")
	assert.Contains(t, stdout, "LISTEN=", "the setting to change")
}

func TestAnUnprotectedDatabaseIsWarnedAbout(t *testing.T) {
	var log bytes.Buffer
	database, err := postgres.ParseURL("postgres://todo:hunter2@db.invalid/todo?sslmode=require")
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.NoError(t, serveOn(ctx, listener, Config{Database: database}, slog.New(slog.NewTextHandler(&log, nil))))
	assert.Contains(t, log.String(), "sslmode=verify-full")
	assert.NotContains(t, log.String(), "hunter2")
}

// gate is a TCP port in front of the database that can be open or refuse.
type gate struct {
	t        *testing.T
	port     uint16
	target   string
	mu       sync.Mutex
	listener net.Listener
	conns    []net.Conn
}

func newGate(t *testing.T, database *pgx.ConnConfig) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close() // refuses until opened
	g := &gate{t: t, port: uint16(l.Addr().(*net.TCPAddr).Port)}
	g.target = net.JoinHostPort(database.Host, strconv.Itoa(int(database.Port)))
	t.Cleanup(g.close)
	return g
}

func (g *gate) open() {
	g.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(int(g.port)))
	require.NoError(g.t, err)
	g.listener = listener
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", g.target)
			if err != nil {
				near.Close()
				continue
			}
			g.mu.Lock()
			g.conns = append(g.conns, near, far)
			g.mu.Unlock()
			go io.Copy(near, far)
			go io.Copy(far, near)
		}
	}()
}

func (g *gate) close() {
	if g.listener != nil {
		g.listener.Close()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, conn := range g.conns {
		conn.Close()
	}
	g.conns = nil
}
