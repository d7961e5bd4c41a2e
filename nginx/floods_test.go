package nginx_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"crosscloud/nginx/nginxtest"
)

// Over HTTP/1.1 nginx says what is too long. Over HTTP/2 it may end the connection:
// what it did not read would have told how to unpack the next header.
func TestFloodsOfHeadersAndQueriesAreRefused(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	for _, flood := range []struct {
		what, address string
		header        http.Header
		status        int
	}{
		{"a long header", "/", http.Header{"X-Long": {strings.Repeat("x", 20<<10)}}, 400},
		{"a header of a megabyte", "/", http.Header{"X-Long": {strings.Repeat("x", 1<<20)}}, 400},
		{"a long name of a header", "/", http.Header{strings.Repeat("X", 20<<10): {"x"}}, 400},
		{"many headers", "/", manyHeaders(40, 1000), 400},
		{"ten thousand short headers", "/", manyHeaders(10_000, 1), 400},
		// HTTP/2 says it once, and then in a byte each.
		{"a header a thousand times", "/", http.Header{"X-Same": slices.Repeat([]string{strings.Repeat("x", 100)}, 1000)}, 400},
		{"many cookies", "/", http.Header{"Cookie": slices.Repeat([]string{strings.Repeat("c", 100)}, 1000)}, 400},
		{"a long query", "/?" + strings.Repeat("q", 20<<10), nil, 414},
		{"a query of a megabyte", "/?" + strings.Repeat("q", 1<<20), nil, 414},
		{"many fields in a query", "/?" + strings.Repeat("q=1&", 10_000), nil, 414},
		{"a long path", "/" + strings.Repeat("p", 20<<10), nil, 414},
	} {
		for _, http2 := range []bool{false, true} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+p.HTTPS+flood.address, nil)
			require.NoError(t, err)
			request.Header = flood.header
			response, err := p.Client(t, http2).Do(request)
			if http2 && err != nil {
				assert.ErrorContains(t, err, "ENHANCE_YOUR_CALM", flood.what)
				continue
			}
			require.NoError(t, err, flood.what)
			defer response.Body.Close()
			assert.Equal(t, flood.status, response.StatusCode, flood.what)
			assertPage(t, response)
		}
	}
	assert.Zero(t, blue.hits.Load())
	assert.Equal(t, http.StatusOK, get(t, p.Client(t, true), "https://"+p.HTTPS+"/").StatusCode)
}

func manyHeaders(n, size int) http.Header {
	header := http.Header{}
	for i := range n {
		header.Set(fmt.Sprintf("X-%d", i), strings.Repeat("x", size))
	}
	return header
}

// dial opens a connection, for HTTP/2 with its preface and our settings.
func dial(t *testing.T, p *nginxtest.Proxy, protocol string) (*tls.Conn, *http2.Framer) {
	t.Helper()
	config := p.TLSConfig(t)
	config.NextProtos = []string{protocol}
	conn, err := tls.Dial("tcp", p.HTTPS, config)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	require.Equal(t, protocol, conn.ConnectionState().NegotiatedProtocol)
	framer := http2.NewFramer(conn, conn)
	if protocol == "h2" {
		_, err = io.WriteString(conn, http2.ClientPreface)
		require.NoError(t, err)
		require.NoError(t, framer.WriteSettings())
	}
	return conn, framer
}

// fields are a request's header, as HTTP/2 packs it.
func fields(pairs ...string) []byte {
	var packed bytes.Buffer
	encoder := hpack.NewEncoder(&packed)
	for i := 0; i < len(pairs); i += 2 {
		encoder.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return packed.Bytes()
}

var anyRequest = fields(":method", "GET", ":scheme", "https", ":path", "/", ":authority", "todo.example")

// A header that never ends is refused while it is being sent.
func TestAHeaderWithoutEndEndsTheConnection(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	line := strings.Repeat("x", 1000)

	conn, _ := dial(t, p, "http/1.1")
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: todo.example\r\n")
	ended := goOn(func() error {
		_, err := fmt.Fprintf(conn, "X-More: %s\r\n", line)
		return err
	})
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, response.StatusCode)
	assertPage(t, response)
	conn.Close()
	<-ended

	conn, framer := dial(t, p, "h2")
	require.NoError(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: anyRequest}))
	more := fields("x-more", line)
	ended = goOn(func() error { return framer.WriteContinuation(1, false, more) })
	assert.Equal(t, http2.ErrCodeEnhanceYourCalm, goneAway(t, framer))
	conn.Close()
	<-ended
	assert.Zero(t, blue.hits.Load())
}

// goOn does something again and again until it fails.
func goOn(send func() error) (ended chan error) {
	ended = make(chan error, 1)
	go func() {
		for {
			if err := send(); err != nil {
				ended <- err
				return
			}
		}
	}()
	return ended
}

// goneAway is why the other side ends the connection.
func goneAway(t *testing.T, framer *http2.Framer) http2.ErrCode {
	t.Helper()
	for {
		frame, err := framer.ReadFrame()
		require.NoError(t, err)
		if gone, is := frame.(*http2.GoAwayFrame); is {
			return gone.ErrCode
		}
	}
}

// Whoever begins a header and does not go on has ten seconds. (Not over HTTP/2,
// where nginx knows no such limit: half a header holds its connection.)
func TestAHeaderThatIsNotFinishedEndsTheConnection(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	silent, err := net.Dial("tcp", p.HTTPS)
	require.NoError(t, err)
	defer silent.Close()
	require.NoError(t, silent.SetDeadline(time.Now().Add(time.Minute)))
	conns := map[string]net.Conn{"no handshake": silent}
	for what, sent := range map[string]struct{ begin, slowly string }{
		"nothing":             {},
		"half a line":         {"GET / HTT", ""},
		"half a header":       {"GET / HTTP/1.1\r\nHost: todo.ex", ""},
		"a byte now and then": {"GET / HTTP/1.1\r\nX-Slow: ", "x"},
		"a line now and then": {"GET / HTTP/1.1\r\n", "X-Slow: x\r\n"},
	} {
		conn, _ := dial(t, p, "http/1.1")
		conns[what] = conn
		_, err := io.WriteString(conn, sent.begin)
		require.NoError(t, err)
		if sent.slowly != "" {
			goOn(func() error {
				time.Sleep(500 * time.Millisecond)
				_, err := io.WriteString(conn, sent.slowly)
				return err
			})
		}
	}
	for what, conn := range conns { // all have waited since then
		_, err := io.Copy(io.Discard, conn)
		assert.NotErrorIs(t, err, os.ErrDeadlineExceeded, "%s: it is still open", what)
	}
	assert.Zero(t, blue.hits.Load())
}
