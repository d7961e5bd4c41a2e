package web

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// written are the writes of a server to all its connections.
type written struct {
	net.Listener
	mu     sync.Mutex
	writes []string
	fails  bool // the first one, half-way
}

func (l *written) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &writtenConn{c.(*net.TCPConn), l}, nil
}

type writtenConn struct {
	*net.TCPConn
	to *written
}

func (c *writtenConn) Write(p []byte) (int, error) {
	c.to.mu.Lock()
	defer c.to.mu.Unlock()
	c.to.writes = append(c.to.writes, string(p))
	if c.to.fails && len(c.to.writes) == 1 {
		n, _ := c.TCPConn.Write(p[:len(p)/2])
		return n, os.ErrDeadlineExceeded
	}
	return c.TCPConn.Write(p)
}

func (l *written) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writes
}

// served is the site as the app serves it, with a list.
func served(t *testing.T, items ...string) (*written, func(method, path string) *http.Response) {
	t.Helper()
	store := newMemory()
	owner, _, err := store.Create(t.Context(), todo.Key{Name: "create"}, todo.NewItem{Title: "first"})
	require.NoError(t, err)
	for _, item := range items {
		_, err := store.Add(t.Context(), todo.Access{Token: owner, Owner: true}, todo.Key{Name: item}, todo.NewItem{Title: todo.Title(item)})
		require.NoError(t, err)
	}
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := &written{Listener: tcp}
	server := &http.Server{Handler: New(store, func(context.Context) error { return nil }, slog.New(slog.DiscardHandler))}
	ended := make(chan error, 1)
	go func() { ended <- Serve(server, l) }()
	t.Cleanup(func() {
		server.Close()
		assert.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1, DisableCompression: true}}
	t.Cleanup(client.CloseIdleConnections)
	return l, func(method, path string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+tcp.Addr().String()+path, nil)
		require.NoError(t, err)
		r.AddCookie(&http.Cookie{Name: cookieName, Value: owner.String()})
		response, err := client.Do(r)
		require.NoError(t, err)
		t.Cleanup(func() { response.Body.Close() })
		return response
	}
}

func TestAPageLeavesInOneWrite(t *testing.T) {
	var items []string
	for n := range 40 {
		items = append(items, strings.Repeat("long ", 90)+string(rune('A'+n)))
	}
	l, ask := served(t, items...)
	for range 3 { // on one connection
		before := len(l.all())
		response := ask("GET", "/")
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Contains(t, string(body), "first")
		assert.EqualValues(t, response.ContentLength, len(body))
		writes := l.all()[before:]
		require.Len(t, writes, 1)
		assert.True(t, strings.HasSuffix(writes[0], "\r\n\r\n"+string(body)))
	}
}

// What is no page goes its usual way, also between pages.
func TestOtherAnswersAreWholeToo(t *testing.T) {
	_, ask := served(t)
	for range 2 {
		page := ask("HEAD", "/")
		assert.Equal(t, http.StatusOK, page.StatusCode)
		assert.Positive(t, page.ContentLength)
		for path, status := range map[string]int{"/robots.txt": http.StatusOK, "/?show=none": http.StatusNotFound, "/healthz": http.StatusOK, "/nothing": http.StatusNotFound} {
			response := ask("GET", path)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			assert.Equal(t, status, response.StatusCode, path)
			assert.EqualValues(t, response.ContentLength, len(body), path)
		}
	}
}

// A part of a page may be on its way: what follows would be taken for the rest.
func TestAPageThatCannotBeWrittenEndsItsConnection(t *testing.T) {
	l, _ := served(t)
	l.fails = true
	conn, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(15*time.Second))) // it would stay open for good
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	require.NoError(t, err)
	answered, err := io.ReadAll(conn)
	require.NoError(t, err)
	first := l.all()[0]
	assert.Equal(t, first[:len(first)/2], string(answered))
}
