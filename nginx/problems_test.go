package nginx_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/nginx/nginxtest"
)

// What nginx answers itself can be read by whoever asked: programs at the API's
// addresses, people at all others. The app's tests compare the problems with
// the API's document.
func TestNginxAnswersProgramsWithProblemsAndPeopleWithPages(t *testing.T) {
	const list = "/l/SecretSecretSecretSecr"
	program := map[string]bool{
		list + "/todos": true, list + "/todos/1": true, list + "/todos?limit=1": true, "/openapi.json": true,
		"/": false, list: false, list + "/add": false, list + "/todosx": false, "/l/a/b/todos": false, "/o/todos": false,
		"/add?x=/l/x/todos": false, "/openapi_json": false,
	}
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	for _, http2 := range []bool{false, true} {
		client := p.Client(t, http2)
		understood := func(status int, path string, response *http.Response) {
			t.Helper()
			defer response.Body.Close()
			require.Equal(t, status, response.StatusCode)
			if address, _, _ := strings.Cut(path, "q="); program[strings.TrimRight(address, "?&")] {
				assertProblem(t, response)
			} else {
				assertPage(t, response)
			}
		}
		readable := func(status int, method, path string, body int, header ...string) {
			t.Helper()
			request, err := http.NewRequestWithContext(t.Context(), method, "https://"+p.HTTPS+path, strings.NewReader(strings.Repeat("x", body)))
			require.NoError(t, err)
			for i := 0; i < len(header); i += 2 {
				request.Header.Set(header[i], header[i+1])
			}
			response, err := client.Do(request)
			require.NoError(t, err)
			understood(status, path, response)
		}
		for path := range program {
			readable(413, "POST", path, 200<<10)
			if !http2 { // see TestFloodsOfHeadersAndQueriesAreRefused
				readable(400, "GET", path, 0, many(40, 1000)...)
				with := "?q="
				if strings.Contains(path, "?") {
					with = "&q="
				}
				readable(414, "GET", path+with+strings.Repeat("q", 9000), 0)
				understood(400, path, sends(t, dialTLS(t, p), anotherCoding(path)))
				understood(400, path, sends(t, dialTLS(t, p), anotherVersion(path)))
				understood(400, path, get(t, client, "http://"+p.HTTPS+path))
			}
		}
		blue.Close() // in the second round, it is
		for path := range program {
			readable(503, "GET", path, 0)
			readable(503, "POST", path, 10)
		}
	}
	for _, path := range []string{list + "/todos", list} {
		var limited *http.Response
		for range 200 {
			if limited = get(t, p.Client(t, true), "https://"+p.HTTPS+path); limited.StatusCode == http.StatusTooManyRequests {
				break
			}
		}
		require.Equal(t, http.StatusTooManyRequests, limited.StatusCode)
		if program[path] {
			assertProblem(t, limited)
		} else {
			assertPage(t, limited)
		}
	}
	p.AssertNoLogHolds(t, "SecretSecret")
}

// many are n header fields of a size.
func many(n, size int) (header []string) {
	for i := range n {
		header = append(header, fmt.Sprintf("X-Many-%d", i), strings.Repeat("x", size))
	}
	return header
}

func assertPage(t *testing.T, response *http.Response) {
	t.Helper()
	assert.Equal(t, "text/html; charset=utf-8", response.Header.Get("Content-Type"))
	assert.Empty(t, response.Header.Get("Access-Control-Allow-Origin"))
	assert.Contains(t, body(t, response), "<style>", "not one of nginx's own")
}

// assertProblem reads an answer as a program would, which may be a page of
// another origin.
func assertProblem(t *testing.T, response *http.Response) {
	t.Helper()
	header := response.Header
	assert.Equal(t, "application/problem+json", header.Get("Content-Type"))
	assert.Equal(t, "*", header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, header.Get("Access-Control-Allow-Credentials"))
	for _, name := range []string{"Accept-Patch", "Accept-Post", "Allow", "ETag", "Link", "Location", "Retry-After", "X-Request-Id"} {
		assert.Contains(t, header.Get("Access-Control-Expose-Headers"), name)
	}
	for name, value := range map[string]string{
		"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
	} {
		assert.Equal(t, value, header.Get(name), name)
	}
	assert.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'")
	waits := map[int]string{429: "2", 503: "5"}
	assert.Equal(t, waits[response.StatusCode], header.Get("Retry-After"))
	var problem struct {
		Type, Title, Detail, RequestID string
		Status                         int
	}
	text := body(t, response)
	require.NoError(t, json.Unmarshal([]byte(text), &problem), text)
	assert.Equal(t, response.StatusCode, problem.Status)
	assert.Equal(t, header.Get("X-Request-Id"), problem.RequestID)
	assert.NotEmpty(t, problem.Type)
	assert.NotEmpty(t, problem.Title)
	assert.NotEmpty(t, problem.Detail)
}
