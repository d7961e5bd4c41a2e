package nginx_test

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/nginx"
	"crosscloud/nginx/nginxtest"
)

var style = regexp.MustCompile(`(?s)<style>(.*)</style>`)

func TestNginxsOwnPagesAreFriendly(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	client := p.Client(t, false)
	site := "https://" + p.HTTPS
	shows := func(response *http.Response, status int, title, retryAfter string) {
		t.Helper()
		assert.Equal(t, status, response.StatusCode)
		header := response.Header
		assert.Equal(t, retryAfter, header.Get("Retry-After"))
		assert.Equal(t, "text/html; charset=utf-8", header.Get("Content-Type"))
		assert.Equal(t, "no-store", header.Get("Cache-Control"))
		assert.Equal(t, "no-referrer", header.Get("Referrer-Policy"))
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"))
		assert.Regexp(t, `^[0-9a-f]{32}$`, header.Get("X-Request-Id"))
		page := body(t, response)
		assert.Contains(t, page, "<h1>"+title+"</h1>")
		sum := sha256.Sum256([]byte(style.FindStringSubmatch(page)[1]))
		assert.Contains(t, header.Get("Content-Security-Policy"), "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';")
		assert.NotContains(t, header.Get("Content-Security-Policy"), "unsafe")
	}
	shows(get(t, client, site+"/readyz"), http.StatusNotFound, "There is nothing here", "")
	shows(get(t, client, site+"/pages/unavailable.html"), http.StatusNotFound, "There is nothing here", "")
	shows(get(t, client, site+"/?"+strings.Repeat("q", 9000)), http.StatusRequestURITooLong, "That request could not be read", "")
	large, err := client.Post(site+"/add", "text/plain", strings.NewReader(strings.Repeat("x", 200<<10)))
	require.NoError(t, err)
	shows(large, http.StatusRequestEntityTooLarge, "That is too much text", "")
	request, err := http.NewRequest("GET", site+"/", nil)
	require.NoError(t, err)
	request.Header.Set("Cookie", strings.Repeat("c", 9000))
	flood, err := client.Do(request)
	require.NoError(t, err)
	shows(flood, http.StatusBadRequest, "That request could not be read", "")
	for _, dial := range []func(*testing.T, *nginxtest.Proxy) net.Conn{dialTLS, dialHTTP} {
		for _, method := range []string{"TRACE", "CONNECT"} {
			refused := sends(t, dial(t, p), method+" / HTTP/1.1\r\nHost: todo.example\r\n\r\n")
			assert.Equal(t, "DELETE, GET, HEAD, OPTIONS, PATCH, POST", refused.Header.Get("Allow"), method)
			shows(refused, http.StatusMethodNotAllowed, "That request could not be read", "")
		}
		for _, odd := range []string{anotherCoding("/"), anotherVersion("/")} {
			shows(sends(t, dial(t, p), odd), http.StatusBadRequest, "That request could not be read", "")
		}
	}
	shows(get(t, client, "http://"+p.HTTPS+"/"), http.StatusBadRequest, "That request could not be read", "")
	var limited *http.Response
	for range 200 {
		if limited = get(t, client, site+"/l/x"); limited.StatusCode == http.StatusTooManyRequests {
			break
		}
	}
	shows(limited, http.StatusTooManyRequests, "One at a time, please", "2")
}

func dialTLS(t *testing.T, p *nginxtest.Proxy) net.Conn {
	conn, err := tls.Dial("tcp", p.HTTPS, p.TLSConfig(t))
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

func dialHTTP(t *testing.T, p *nginxtest.Proxy) net.Conn {
	conn, err := net.Dial("tcp", p.HTTP)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// sends a request that no HTTP client would.
func sends(t *testing.T, conn net.Conn, request string) *http.Response {
	t.Helper()
	_, err := fmt.Fprint(conn, request)
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	return response
}

func anotherCoding(path string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: todo.example\r\nTransfer-Encoding: gzip\r\n\r\n"
}

func anotherVersion(path string) string {
	return "GET " + path + " HTTP/3.0\r\nHost: todo.example\r\n\r\n"
}

func TestAllPagesHaveOneStyle(t *testing.T) {
	pages, err := fs.Glob(nginx.Files, "crosscloud/pages/*.html")
	require.NoError(t, err)
	require.Len(t, pages, 6)
	styles := map[string]bool{}
	for _, name := range pages {
		page, err := fs.ReadFile(nginx.Files, name)
		require.NoError(t, err)
		styles[string(style.FindSubmatch(page)[1])] = true
		assert.NotContains(t, string(page), "<script")
		assert.NotRegexp(t, `https?:`, string(page), "nothing of other sites")
	}
	assert.Len(t, styles, 1)
}

// A slot that breaks off in the middle, as when it is killed in a rollout. The
// app knows a write by its key, so the other slot may have it too.
func TestAWriteThatASlotDroppedGoesToTheOtherOneAsTheSameWrite(t *testing.T) {
	type arrival struct{ id, key, text string }
	arrivals := make(chan arrival, 10)
	note := func(r *http.Request, text string) {
		arrivals <- arrival{r.Header.Get("X-Request-Id"), r.Header.Get("Idempotency-Key"), text}
	}
	dropping := newHandlerSlot(t, func(w http.ResponseWriter, r *http.Request) {
		note(r, readAll(t, r))
		panic(http.ErrAbortHandler)
	})
	good := newHandlerSlot(t, func(w http.ResponseWriter, r *http.Request) {
		note(r, readAll(t, r))
		w.WriteHeader(http.StatusSeeOther)
	})
	p := nginxtest.Start(t, dropping, good)
	client := p.Client(t, false)
	retried := 0
	for n := range 6 { // the slots take turns
		request, err := http.NewRequest("POST", "https://"+p.HTTPS+"/add", strings.NewReader(fmt.Sprintf("todo=%d", n)))
		require.NoError(t, err)
		request.Header.Set("Idempotency-Key", fmt.Sprintf("key-%d", n))
		response, err := client.Do(request)
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, http.StatusSeeOther, response.StatusCode)
		first := <-arrivals
		assert.Equal(t, fmt.Sprintf("key-%d", n), first.key)
		assert.Equal(t, fmt.Sprintf("todo=%d", n), first.text)
		select {
		case second := <-arrivals:
			assert.Equal(t, first, second, "the same id, key and text")
			retried++
		default:
		}
	}
	assert.NotZero(t, retried)
}

// A body that ends early never reaches the app.
func TestATruncatedBodyIsNotPassedOn(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	conn := dialTLS(t, p).(*tls.Conn)
	fmt.Fprint(conn, "POST /add HTTP/1.1\r\nHost: todo.example\r\nContent-Length: 30\r\n\r\ntodo=half")
	require.NoError(t, conn.CloseWrite())
	if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
		assert.Equal(t, http.StatusBadRequest, response.StatusCode)
		response.Body.Close()
	}
	assert.Zero(t, blue.hits.Load())
}
