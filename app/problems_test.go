package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev/transcript"
	"crosscloud/app/todo"
	"crosscloud/app/web"
	"crosscloud/nginx/nginxtest"
)

// Whoever answers a program, the app, nginx before it or nginx in its place,
// answers with problems that the API's document describes, and that pages of
// other origins may read.
func TestEveryFailureOfTheAPIIsAProblemThatTheDocumentDescribes(t *testing.T) {
	log := &transcript.Buffer{}
	broken := httptest.NewServer(web.New(nil, nil, slog.New(slog.NewJSONHandler(log, nil)))) // it has no store to ask
	t.Cleanup(broken.Close)
	slot := broken.Listener.Addr().String()
	proxy := nginxtest.Start(t, slot, slot)
	client := proxy.Client(t, false)

	ask := func(method, path, body string, header ...string) *http.Response {
		request, err := http.NewRequestWithContext(t.Context(), method, "https://"+proxy.HTTPS+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		response, err := client.Do(request)
		require.NoError(t, err)
		t.Cleanup(func() { response.Body.Close() })
		return response
	}
	served := ask("GET", "/openapi.json", "")
	text, err := io.ReadAll(served.Body)
	require.NoError(t, err)
	document, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)

	router, err := gorillamux.NewRouter(document)
	require.NoError(t, err)
	exposed := served.Header.Get("Access-Control-Expose-Headers")
	require.NotEmpty(t, exposed)
	described := func(kind string, response *http.Response) {
		t.Helper()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.Equal(t, "application/problem+json", response.Header.Get("Content-Type"), kind)
		assert.Equal(t, "*", response.Header.Get("Access-Control-Allow-Origin"), kind)
		assert.Equal(t, exposed, response.Header.Get("Access-Control-Expose-Headers"), kind)
		assert.Equal(t, "no-store", response.Header.Get("Cache-Control"), kind)
		assert.Equal(t, "noindex", response.Header.Get("X-Robots-Tag"), kind)
		var problem map[string]any
		require.NoError(t, json.Unmarshal(text, &problem), "%s", text)
		assert.EqualValues(t, response.StatusCode, problem["status"])
		assert.Equal(t, response.Header.Get("X-Request-Id"), problem["requestId"])
		assert.Equal(t, "/openapi.json#/components/schemas/"+kind, problem["type"])
		checkDescribed(t, document, router, response)
		require.Contains(t, document.Components.Schemas, kind)
		assert.NoError(t, document.Components.Schemas[kind].Value.VisitJSON(problem, openapi3.EnableJSONSchema2020()), "%s", text)
	}

	list := "/l/" + todo.Token{1}.String() + "/todos"
	described("InternalError", ask("GET", list, ""))
	described("InternalError", ask("POST", list, `{"title":"x"}`))
	described("InternalError", ask("DELETE", list+"/1", ""))
	assert.Equal(t, 3, strings.Count(log.String(), `"msg":"panic"`))
	described("NotFound", ask("GET", list+"/x", ""))
	described("BadRequest", ask("POST", list, "{"))
	described("BadRequest", ask("GET", list, "", flood(400)...))
	described("MethodNotAllowed", ask("PUT", list, "{}"))
	described("UnsupportedMediaType", ask("POST", list, "x", "Content-Type", "text/plain"))
	described("ContentTooLarge", ask("POST", list, strings.Repeat("x", 100<<10)))
	described("ContentTooLarge", ask("POST", list, strings.Repeat("x", 200<<10)))
	described("URITooLong", ask("GET", list+"?"+strings.Repeat("q", 9<<10), ""))

	conn, err := tls.Dial("tcp", proxy.HTTPS, proxy.TLSConfig(t))
	require.NoError(t, err)
	defer conn.Close()
	fmt.Fprintf(conn, "TRACE %s HTTP/1.1\r\nHost: %s\r\n\r\n", list, proxy.HTTPS)
	refused, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer refused.Body.Close()
	described("MethodNotAllowed", refused)

	broken.Close()
	for method, address := range map[string]string{"GET": list, "POST": list, "PATCH": list + "/1", "DELETE": list + "/1"} {
		response := ask(method, address, "")
		assert.Equal(t, "5", response.Header.Get("Retry-After"))
		described("Unavailable", response)
	}
	limited := ask("GET", list, "")
	for n := 0; n < 200 && limited.StatusCode != http.StatusTooManyRequests; n++ {
		limited = ask("GET", list, "")
	}
	assert.Equal(t, "2", limited.Header.Get("Retry-After"))
	described("TooManyRequests", limited)
}

// checkDescribed finds the answer among those that the document says the
// address and method can give.
func checkDescribed(t *testing.T, document *openapi3.T, router routers.Router, response *http.Response) {
	t.Helper()
	answer := document.Components.Responses["MethodNotAllowed"] // of what the document does not name
	if response.StatusCode != http.StatusMethodNotAllowed {
		route, _, err := router.FindRoute(response.Request)
		require.NoError(t, err)
		answer = route.Operation.Responses.Status(response.StatusCode)
		require.NotNil(t, answer, "%s %s: %d", response.Request.Method, route.Path, response.StatusCode)
	}
	for name, header := range answer.Value.Headers {
		if header.Value.Required {
			assert.NotEmpty(t, response.Header.Get(name), "%s of %d", name, response.StatusCode)
		}
	}
}
