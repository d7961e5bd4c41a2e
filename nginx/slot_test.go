package nginx_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slot stands in for an app: it answers with its name and remembers what reached it.
type slot struct {
	*httptest.Server
	address string
	mu      sync.Mutex
	last    *http.Request
	hits    atomic.Int32
}

func newSlot(t *testing.T, name string) *slot {
	t.Helper()
	s := &slot{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.hits.Add(1)
		s.mu.Lock()
		s.last = r
		s.mu.Unlock()
		if strings.EqualFold(r.Header.Get("Connection"), "upgrade") {
			echo(w)
			return
		}
		io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Slot", name)
		fmt.Fprint(w, strings.Repeat(name+" ", 500))
	}))
	t.Cleanup(s.Close)
	s.address = s.Listener.Addr().String()
	return s
}

// newHandlerSlot is a slot that does as it is told.
func newHandlerSlot(t *testing.T, handler http.HandlerFunc) (address string) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func readAll(t *testing.T, r *http.Request) string {
	text, err := io.ReadAll(r.Body)
	assert.NoError(t, err)
	return string(text)
}

// echo switches protocols and sends one line back, as a WebSocket would.
func echo(w http.ResponseWriter) {
	conn, stream, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprint(stream, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
	stream.Flush()
	line, _ := stream.ReadString('\n')
	fmt.Fprint(stream, "echo "+line)
	stream.Flush()
}

func (s *slot) seen() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

func get(t *testing.T, client *http.Client, url string) *http.Response {
	t.Helper()
	response, err := client.Get(url)
	require.NoError(t, err)
	t.Cleanup(func() { response.Body.Close() })
	return response
}

func body(t *testing.T, response *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(text)
}
