package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

type described struct {
	*openapi3.T
	router routers.Router
}

var description = sync.OnceValues(func() (described, error) {
	parsed, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return described{}, err
	}
	if err := parsed.Validate(context.Background()); err != nil {
		return described{}, err
	}
	router, err := gorillamux.NewRouter(parsed)
	return described{parsed, router}, err
})

// checkDocumented compares an exchange with the document: a request that
// succeeded must be one that the document allows, and every answer must be one
// that it tells of. The package's tests send all their requests through it.
func checkDocumented(t *testing.T, request *http.Request, body string, answered reply) {
	t.Helper()
	d, err := description()
	require.NoError(t, err)
	if answered.Header.Get("Content-Type") == "application/problem+json" && request.Method != "HEAD" {
		checkProblem(t, d, answered)
	}
	route, parameters, err := d.router.FindRoute(request)
	if err != nil { // no such path or method
		assert.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, answered.StatusCode)
		if answered.StatusCode == http.StatusMethodNotAllowed {
			assert.NotEmpty(t, answered.Header.Get("Allow"), "as the response MethodNotAllowed says")
		}
		return
	}
	asked := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: parameters, Route: route,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, RejectWhenRequestBodyNotSpecified: true},
	}
	if answered.StatusCode < 400 {
		request.Body = http.NoBody
		if body != "" {
			request.Body, err = request.GetBody()
			require.NoError(t, err)
		}
		assert.NoError(t, openapi3filter.ValidateRequest(t.Context(), asked), "%s %s\n%s", request.Method, request.URL, body)
	}
	told := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: answered.StatusCode, Header: answered.Header, Options: asked.Options,
	}
	told.SetBodyBytes([]byte(answered.text))
	assert.NoError(t, openapi3filter.ValidateResponse(t.Context(), told), "%s %s: %d\n%s",
		request.Method, request.URL, answered.StatusCode, answered.text)
	if answered.StatusCode == http.StatusNoContent || answered.StatusCode == http.StatusNotModified {
		assert.Empty(t, answered.text)
	}
}

// checkProblem follows a problem's type to the schema that it names.
func checkProblem(t *testing.T, d described, answered reply) {
	t.Helper()
	p := decoded[problem](t, answered)
	assert.Equal(t, answered.StatusCode, p.Status)
	name, found := strings.CutPrefix(p.Type, "/openapi.json#/components/schemas/")
	require.True(t, found, p.Type)
	require.Contains(t, d.Components.Schemas, name)
	var value any
	require.NoError(t, json.Unmarshal([]byte(answered.text), &value))
	assert.NoError(t, d.Components.Schemas[name].Value.VisitJSON(value, openapi3.EnableJSONSchema2020()), answered.text)
	assert.Equal(t, "no-store", answered.Header.Get("Cache-Control"))
}

func TestTheDocumentNamesEveryRouteAndNoOther(t *testing.T) {
	d, err := description()
	require.NoError(t, err)
	var routed, documented []string
	methods := map[string][]string{}
	for _, route := range (&handlers{}).routes() {
		methods[route.path] = append(methods[route.path], route.method)
	}
	for path, of := range methods {
		for method := range strings.SplitSeq(allowed(of), ", ") {
			routed = append(routed, method+" "+path)
		}
	}
	for path, item := range d.Paths.Map() {
		for method := range item.Operations() {
			documented = append(documented, method+" "+path)
		}
	}
	slices.Sort(routed)
	slices.Sort(documented)
	assert.Equal(t, routed, documented)
}

// What the document describes once for all must be what some answer can be.
func TestNothingIsDescribedThatIsNeverUsed(t *testing.T) {
	var parsed struct{ Components map[string]map[string]any }
	require.NoError(t, json.Unmarshal(document, &parsed))
	for kind, named := range parsed.Components {
		for name := range named {
			place := "#/components/" + kind + "/" + name
			used := bytes.Contains(document, []byte(`"$ref": "`+place+`"`)) || bytes.Contains(document, []byte("("+place+")"))
			assert.True(t, used, place)
		}
	}
}

// An operation that is not routed would answer 405, and a method that is routed
// without being in the document would not.
func TestTheServerAnswersWhatTheDocumentNames(t *testing.T) {
	s := newServer(t)
	d, err := description()
	require.NoError(t, err)
	for path, item := range d.Paths.Map() {
		address := s.URL + strings.NewReplacer("/l/{share}/todos", strings.TrimPrefix(s.todos, s.URL), "{id}", "1").Replace(path)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
			answered := s.do(method, address, "")
			_, is := item.Operations()[method]
			assert.Equal(t, !is, answered.StatusCode == http.StatusMethodNotAllowed, "%s %s: %d", method, path, answered.StatusCode)
			if !is {
				assert.Equal(t, s.do("OPTIONS", address, "").Header.Get("Allow"), answered.Header.Get("Allow"))
			}
		}
	}
}

func TestTheDocumentIsServedAndRevalidated(t *testing.T) {
	s := newServer(t)
	answered := s.get(s.URL + "/openapi.json")
	assert.Equal(t, http.StatusOK, answered.StatusCode)
	assert.Equal(t, string(document), answered.text)
	assert.Equal(t, "application/json", answered.Header.Get("Content-Type"))
	again := s.do("GET", s.URL+"/openapi.json", "", "If-None-Match", answered.Header.Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.StatusCode)
}

// Numbers stand in the document and in the code.
func TestTheDocumentHasTheLimits(t *testing.T) {
	d, err := description()
	require.NoError(t, err)
	schema := func(name string) *openapi3.Schema { return d.Components.Schemas[name].Value }
	for _, name := range []string{"Todo", "TodoChanges"} {
		assert.EqualValues(t, todo.MaxOrder, *schema(name).Properties["order"].Value.Max)
		assert.EqualValues(t, -todo.MaxOrder, *schema(name).Properties["order"].Value.Min)
	}
	assert.EqualValues(t, 500, *schema("Todo").Properties["title"].Value.MaxLength)
	assert.EqualValues(t, maxPage, *d.Components.Parameters["limit"].Value.Schema.Value.Max)
	assert.EqualValues(t, maxPage, *d.Paths.Find("/l/{share}/todos").Get.Responses.Status(200).Value.Content["application/json"].Schema.Value.MaxItems)
	assert.Contains(t, schema("ContentTooLarge").Description, "65536")
	assert.Equal(t, 65536, request.MaxBody)
}
