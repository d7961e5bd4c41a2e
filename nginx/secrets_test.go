package nginx_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/nginx/nginxtest"
)

// Whoever reads a list's path in a log could open the list.
func TestSecretPathsReachNoLog(t *testing.T) {
	const secret = "SecretSecretSecretSecr"
	blue := newSlot(t, "blue")
	p := nginxtest.Start(t, blue.address, blue.address)
	client := p.Client(t, false)
	paths := map[string]string{ // as asked, as logged
		"/l/" + secret:                     "/l/***",
		"/l/" + secret + "/":               "/l/***",
		"/l/" + secret + "/items/5/toggle": "/l/***",
		"/l/" + secret + "?show=active":    "/l/***",
		"/o/" + secret:                     "/o/***",
		"/%6c/" + secret:                   "***",
		"/%6C/" + secret:                   "***",
		"//l/" + secret:                    "***",
		"/./l/" + secret:                   "***",
		"/l%2F" + secret:                   "***",
		"/l/x%2F" + secret:                 "/l/***",
		"/x/../l/" + secret:                "***",
		"/" + secret:                       "***",
		"/" + secret + "/":                 "***",
		"/l" + secret:                      "***",
		"/l" + secret + "/add":             "***",
		"/add" + secret:                    "***",
		"/l":                               "***",
		"/items/5/toggle":                  "/items/5/toggle",
		"/items/" + secret + "/toggle":     "/items/***",
		"/static/style.0123abcd.css":       "/static/style.0123abcd.css",
		"/static/" + secret:                "/static/***",
		"/static/l/" + secret:              "/static/***",
		"/static/style.css":                "/static/style.css",
		"/add":                             "/add",
		"/add?todo=" + secret:              "/add",
		"/toggle-all?show=active":          "/toggle-all",
		"/":                                "/",
		"/?undo=" + secret:                 "/",
		"/healthz":                         "/healthz",
	}
	want := map[string]int{}
	ask := func() {
		for path, logged := range paths {
			request, err := http.NewRequest("GET", "https://"+p.HTTPS, nil)
			require.NoError(t, err)
			request.URL.Opaque = path // as it stands
			if strings.HasPrefix(path, "//") {
				request.URL.Opaque = "//" + p.HTTPS + path
			}
			response, err := client.Do(request)
			require.NoError(t, err)
			response.Body.Close()
			want[logged]++
		}
	}
	ask()
	blue.Close() // nginx's error log now says why nobody answers, and quotes the request
	ask()
	large, err := client.Post("https://"+p.HTTPS+"/l/"+secret+"/add", "text/plain", strings.NewReader(strings.Repeat("x", 200<<10)))
	require.NoError(t, err)
	large.Body.Close()
	assert.Equal(t, http.StatusRequestEntityTooLarge, large.StatusCode)
	want["/l/***"]++

	found := map[string]int{}
	for _, entry := range p.Logged(t, 2*len(paths)+1) {
		found[entry["path"].(string)]++
	}
	assert.Equal(t, want, found)
	for _, spelling := range []string{secret, strings.ToLower(secret)} {
		p.AssertNoLogHolds(t, spelling)
	}
	errors, err := os.ReadFile(p.ErrorLog)
	require.NoError(t, err)
	assert.Contains(t, string(errors), "Connection refused", "it still says why no slot answers")
}
