package main

import (
	"bufio"
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
	"crosscloud/app/pgdev/faults"
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

// A rollout stops a slot while somebody's form is being stored.
func TestShutdownLetsRequestsInFlightEnd(t *testing.T) {
	config := database(t)
	r := start(t, config)
	eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })

	conn, err := pgx.ConnectConfig(t.Context(), config.Database.ConnConfig)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "lock table lists, todos")
	require.NoError(t, err)

	// Within one transaction, pg_stat_activity stays what it was at first.
	observer, err := pgx.ConnectConfig(t.Context(), config.Database.ConnConfig)
	require.NoError(t, err)
	defer observer.Close(context.Background())
	answered := make(chan int, 1)
	go func() {
		response, err := client.PostForm(r.url+"/add", url.Values{"todo": {"in flight"}})
		if err != nil {
			answered <- 0
			return
		}
		answered <- response.StatusCode
	}()
	eventually(t, "the insert waits for the lock", func() bool {
		var waiting bool
		err := observer.QueryRow(t.Context(), `select exists (select from pg_stat_activity
			where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into lists%')`).Scan(&waiting)
		return err == nil && waiting
	})

	r.stop()
	eventually(t, "new connections are refused", func() bool {
		_, err := client.Get(r.url + "/healthz")
		return err != nil
	})
	select {
	case <-r.done:
		t.Fatal("it stopped although a request was in flight")
	case <-answered:
		t.Fatal("the request ended although the table is locked")
	default:
	}
	require.NoError(t, tx.Commit(t.Context()))
	assert.Equal(t, http.StatusSeeOther, <-answered)
	assert.NoError(t, <-r.done)
	var stored int
	require.NoError(t, conn.QueryRow(t.Context(), "select count(*) from todos where title = 'in flight'").Scan(&stored))
	assert.Equal(t, 1, stored)
}

// nginx keeps connections open, and visitors can be slow: neither holds up a
// slot for longer than the ten seconds after which it is killed.
func TestShutdownWaitsForNobodyForLong(t *testing.T) {
	t.Parallel() // it waits
	for _, waiting := range []struct{ what, sent, answer, problem string }{
		{"a silent connection", "", "", ""},
		{"an idle connection", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK", ""},
		{"half a form", "POST /add HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 30\r\nExpect: 100-continue\r\n\r\ntodo=half",
			"HTTP/1.1 100 Continue", "requests did not end in time"},
	} {
		t.Run(waiting.what, func(t *testing.T) {
			t.Parallel()
			r := start(t, database(t))
			eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
			conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, waiting.sent)
			require.NoError(t, err)
			if waiting.answer != "" { // so it was accepted, and read
				line, err := bufio.NewReader(conn).ReadString('\n')
				require.NoError(t, err)
				require.Equal(t, waiting.answer, strings.TrimSpace(line))
			}
			r.stop()
			select {
			case err = <-r.done:
			case <-time.After(10 * time.Second):
				t.Fatal("it would have been killed")
			}
			if waiting.problem == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, waiting.problem)
			}
		})
	}
}

// A write waits for a database that fell silent when the slot is stopped. It
// gets its answer, and its connection, which hears no farewell, holds up nothing.
func TestShutdownWaitsForNoFrozenDatabase(t *testing.T) {
	t.Parallel() // it waits
	proxy := faults.New(t, pgdev.Database(t))
	config, err := postgres.ParseURL(proxy.URL())
	require.NoError(t, err)
	metrics := freeAddress(t)
	r := start(t, Config{Database: config, MetricsListen: metrics})
	told := func(metric string) bool {
		_, text := scrape(t, "http://"+metrics+"/metrics")
		return strings.Contains(text, metric+"\n")
	}
	eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
	eventually(t, "nothing else is done at the start", func() bool { return told(`purges_total{result="done"} 1`) })
	assert.Equal(t, http.StatusNotFound, status(t, r.url+listOfNobody))

	proxy.Freeze()
	answered := make(chan int, 1)
	go func() {
		response, err := client.PostForm(r.url+listOfNobody+"/add", url.Values{"todo": {"in flight"}})
		if err != nil {
			answered <- 0
			return
		}
		answered <- response.StatusCode
	}()
	eventually(t, "the write has a connection", func() bool { return told("db_pool_connections_used 1") })
	r.stop()
	select {
	case err := <-r.done:
		assert.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("it would have been killed")
	}
	assert.Equal(t, http.StatusServiceUnavailable, <-answered)
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
