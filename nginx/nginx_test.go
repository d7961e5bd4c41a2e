package nginx_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/nginx/nginxtest"
)

func TestTLSVersionsAndHTTP2(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, newSlot(t, "green").address)

	response := get(t, p.Client(t, true), "https://"+p.HTTPS+"/")
	assert.Equal(t, "HTTP/2.0", response.Proto)
	assert.Equal(t, "nginx", response.Header.Get("Server"), "no version")
	assert.Equal(t, "HTTP/1.1", get(t, p.Client(t, false), "https://"+p.HTTPS+"/").Proto)

	for version, accepted := range map[uint16]bool{
		tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true,
	} {
		config := p.TLSConfig(t)
		config.MinVersion, config.MaxVersion = version, version
		conn, err := tls.Dial("tcp", p.HTTPS, config)
		assert.Equal(t, accepted, err == nil, "%s: %v", tls.VersionName(version), err)
		if err == nil {
			conn.Close()
		}
	}
	weak := p.TLSConfig(t)
	weak.MaxVersion, weak.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
	_, err := tls.Dial("tcp", p.HTTPS, weak)
	assert.ErrorContains(t, err, "handshake failure")
}

func TestPlainHTTPIsRedirected(t *testing.T) {
	p := nginxtest.Start(t, newSlot(t, "blue").address, newSlot(t, "green").address)
	request, err := http.NewRequest("GET", "http://"+p.HTTP+"/some/path?q=1", nil)
	require.NoError(t, err)
	request.Host = "todo.example"
	response, err := p.Client(t, false).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, http.StatusMovedPermanently, response.StatusCode)
	assert.Equal(t, "https://todo.example/some/path?q=1", response.Header.Get("Location"))
}

func TestForwardedHeadersAreTheEdgesOwn(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	for _, http2 := range []bool{false, true} {
		request, err := http.NewRequest("GET", "https://"+p.HTTPS+"/", nil)
		require.NoError(t, err)
		request.Host = "todo.example:8443"
		for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "X-Request-Id"} {
			request.Header.Set(name, "203.0.113.66")
		}
		request.Header.Set("Cookie", "kept=1")
		response, err := p.Client(t, http2).Do(request)
		require.NoError(t, err)
		response.Body.Close()

		seen := blue.seen()
		assert.Equal(t, "todo.example:8443", seen.Host)
		assert.Equal(t, []string{"127.0.0.1"}, seen.Header["X-Forwarded-For"])
		assert.Equal(t, []string{"https"}, seen.Header["X-Forwarded-Proto"])
		assert.Regexp(t, `^[0-9a-f]{32}$`, seen.Header.Get("X-Request-Id"))
		for _, name := range []string{"X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Connection", "Upgrade"} {
			assert.Empty(t, seen.Header[name], name)
		}
		assert.Equal(t, "kept=1", seen.Header.Get("Cookie"))
	}
}

func TestWebSocketsPassAndOtherUpgradesDoNot(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	conn, err := tls.Dial("tcp", p.HTTPS, p.TLSConfig(t))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	fmt.Fprint(conn, "GET /live HTTP/1.1\r\nHost: todo.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, response.StatusCode)
	fmt.Fprint(conn, "hello\n")
	line, err := reader.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "echo hello\n", line)

	request, err := http.NewRequest("GET", "https://"+p.HTTPS+"/", nil)
	require.NoError(t, err)
	request.Header.Set("Connection", "Upgrade, HTTP2-Settings")
	request.Header.Set("Upgrade", "h2c")
	response, err = p.Client(t, false).Do(request)
	require.NoError(t, err)
	response.Body.Close()
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Empty(t, blue.seen().Header["Connection"])
}

func TestLimits(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	client := p.Client(t, true)
	post := func(size int) int {
		response, err := client.Post("https://"+p.HTTPS+"/add", "text/plain", strings.NewReader(strings.Repeat("x", size)))
		require.NoError(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	assert.Equal(t, http.StatusOK, post(128<<10))
	assert.Equal(t, http.StatusRequestEntityTooLarge, post(128<<10+1))

	statuses := map[int]int{}
	for range 200 {
		statuses[get(t, client, "https://"+p.HTTPS+"/").StatusCode]++
	}
	assert.GreaterOrEqual(t, statuses[http.StatusOK], 60, "the burst passes")
	assert.NotZero(t, statuses[http.StatusTooManyRequests], "what is above it does not")
	errors, err := os.ReadFile(p.ErrorLog)
	require.NoError(t, err)
	assert.NotContains(t, string(errors), "limiting", "a flood must not fill this log too")
}

func TestTheOtherSlotAnswersForADeadOne(t *testing.T) {
	blue, green := newSlot(t, "blue"), newSlot(t, "green")
	p := nginxtest.Start(t, blue.address, green.address)
	client := p.Client(t, false)
	both := map[string]bool{}
	for range 10 {
		both[get(t, client, "https://"+p.HTTPS+"/").Header.Get("X-Slot")] = true
	}
	assert.Equal(t, map[string]bool{"blue": true, "green": true}, both)

	blue.Close()
	for range 10 {
		assert.Equal(t, "green", get(t, client, "https://"+p.HTTPS+"/").Header.Get("X-Slot"))
		response, err := client.Post("https://"+p.HTTPS+"/add", "text/plain", strings.NewReader("x"))
		require.NoError(t, err)
		response.Body.Close()
		assert.Equal(t, "green", response.Header.Get("X-Slot"), "nothing was sent to the dead one, so a POST may move too")
	}

	green.Close()
	for method, says := range map[string]string{"GET": `http-equiv="refresh"`, "POST": "Go back in your browser to what you typed"} {
		request, err := http.NewRequest(method, "https://"+p.HTTPS+"/", nil)
		require.NoError(t, err)
		response, err := client.Do(request)
		require.NoError(t, err)
		assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
		assert.Equal(t, "5", response.Header.Get("Retry-After"))
		assert.Equal(t, "text/html; charset=utf-8", response.Header.Get("Content-Type"))
		page := body(t, response)
		assert.Contains(t, page, "Back in a moment")
		assert.Contains(t, page, says)
		response.Body.Close()
	}
}

// What a rollout does: mark a slot down, reload, and later the reverse.
func TestASlotMarkedDownGetsNoRequests(t *testing.T) {
	blue, green := newSlot(t, "blue"), newSlot(t, "green")
	p := nginxtest.Start(t, blue.address, green.address)
	client := p.Client(t, false)
	list, err := os.ReadFile(p.Upstream)
	require.NoError(t, err)
	down := strings.Replace(string(list), blue.address, blue.address+" down", 1)
	require.NoError(t, os.WriteFile(p.Upstream, []byte(down), 0o644))
	require.NoError(t, p.Process.Signal(syscall.SIGHUP))
	// Old workers finish what they have, and drop who has not sent a request yet;
	// the new ones are there when blue rests.
	require.Eventually(t, func() bool {
		before := blue.hits.Load()
		for range 4 {
			client.CloseIdleConnections()
			response, err := client.Get("https://" + p.HTTPS + "/")
			if err != nil {
				return false
			}
			response.Body.Close()
		}
		return blue.hits.Load() == before
	}, 30*time.Second, 200*time.Millisecond)
	before := blue.hits.Load()
	for range 20 {
		assert.Equal(t, "green", get(t, client, "https://"+p.HTTPS+"/").Header.Get("X-Slot"))
	}
	assert.Equal(t, before, blue.hits.Load())
}

func TestReadinessIsNotForTheWorld(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	assert.Equal(t, http.StatusNotFound, get(t, p.Client(t, true), "https://"+p.HTTPS+"/readyz").StatusCode)
	assert.Zero(t, blue.hits.Load())
	assert.Equal(t, http.StatusOK, get(t, p.Client(t, true), "https://"+p.HTTPS+"/healthz").StatusCode)
}

func TestPagesAreCompressed(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	request, err := http.NewRequest("GET", "https://"+p.HTTPS+"/", nil)
	require.NoError(t, err)
	request.Header.Set("Accept-Encoding", "gzip") // set by hand, so Go leaves the answer as it is
	response, err := p.Client(t, true).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, "gzip", response.Header.Get("Content-Encoding"))
	assert.Less(t, len(body(t, response)), 500)
}

func TestTheAccessLogIsJSONWithoutQueries(t *testing.T) {
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	client := p.Client(t, true)
	get(t, client, `https://`+p.HTTPS+`/pa"th%0A?q=private-words`)
	get(t, client, `http://`+p.HTTP+`/?q=private-words`)
	get(t, client, `https://`+p.HTTPS+`/readyz?q=private-words`)

	entries := map[float64]map[string]any{} // by status: two workers write in any order
	for _, entry := range p.Logged(t, 3) {
		entries[entry["status"].(float64)] = entry
	}
	first := entries[200]
	assert.Equal(t, "***", first["path"], "which is none of the site's")
	assert.Equal(t, "/readyz", entries[404]["path"])
	assert.Equal(t, blue.seen().Header.Get("X-Request-Id"), first["request_id"])
	assert.Equal(t, blue.address, first["slot"])
	assert.Equal(t, "TLSv1.3", first["tls"])
	assert.Equal(t, "127.0.0.1", first["client"])
	assert.Contains(t, entries, 301.0)
	assert.Contains(t, entries, 404.0)
	p.AssertNoLogHolds(t, "private-words")
}
