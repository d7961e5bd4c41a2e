package web

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := newSite(t)
	s.add("mine")
	for name, header := range map[string]http.Header{
		"another site":         {"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}},
		"another subdomain":    {"Sec-Fetch-Site": {"same-site"}},
		"an old browser":       {"Origin": {"https://evil.example"}},
		"a sandboxed document": {"Origin": {"null"}},
	} {
		for _, path := range []string{"/add", "/complete/1", "/delete/1"} {
			r := form(path, "todo", "planted", "done", "true")
			r.Header["Sec-Fetch-Site"], r.Header["Origin"] = header["Sec-Fetch-Site"], header["Origin"]
			w := s.do(r)
			assert.Equal(t, http.StatusForbidden, w.Code, "%s: %s", name, path)
			assert.Contains(t, w.Body.String(), "That came from another site")
		}
	}
	require.Len(t, s.items(), 1)
	assert.False(t, s.items()[0].Done)

	r := form("/add", "todo", "ours")
	r.Host = "todo.example:8443"
	r.Header.Set("Origin", "https://todo.example:8443")
	assert.Equal(t, http.StatusSeeOther, s.do(r).Code)
	assert.Len(t, s.items(), 2)
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/", "/nowhere", "/static/style.css", "/healthz"} {
		header := s.get(path).Header()
		assert.Equal(t, contentPolicy, header.Get("Content-Security-Policy"), path)
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "same-origin", header.Get("Referrer-Policy"), path)
		assert.Equal(t, "same-origin", header.Get("Cross-Origin-Opener-Policy"), path)
	}
	// What the policy forbids, the page must not need.
	assert.NotRegexp(t, `<script|<style|\sstyle=|\son[a-z]+=|https?:`, s.get("/").Body.String())
}

func TestRequestIDsAreTheProxysOrOurs(t *testing.T) {
	s := newSite(t)
	ask := func(sent string) string {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Request-Id", sent)
		return s.do(r).Header().Get("X-Request-Id")
	}
	assert.Equal(t, "0123456789abcdef0123456789abcdef", ask("0123456789abcdef0123456789abcdef"))
	for _, forged := range []string{"", "short", "with space here", `quote"quote"quote`, strings.Repeat("a", 65)} {
		id := ask(forged)
		assert.NotEqual(t, forged, id)
		assert.Regexp(t, acceptable, id)
	}
	assert.NotEqual(t, ask(""), ask(""))
}

// traces returns the spellings of a text that a log holds.
func traces(t *testing.T, log, text string) []string {
	t.Helper()
	quoted, err := json.Marshal(text)
	require.NoError(t, err)
	return slices.DeleteFunc(
		[]string{text, url.QueryEscape(text), url.PathEscape(text), strings.Trim(string(quoted), `"`), "rztin"},
		func(spelling string) bool { return !strings.Contains(log, spelling) })
}

// What people write is theirs.
func TestLogsCarryNoTodoText(t *testing.T) {
	s := newSite(t)
	const secret = "Grüße an <Ärztin>"
	long := strings.Repeat(secret, 100)
	s.post("/add", "todo", secret)
	s.post("/add", "todo", long)
	s.post("/add", "todo", secret+"\n"+secret)
	s.post("/complete/1", "done", secret)
	s.post("/complete/" + url.PathEscape(secret))
	s.get("/?todo=" + url.QueryEscape(secret))
	s.get("/" + url.PathEscape(secret))
	r := httptest.NewRequest("POST", "/add", strings.NewReader("todo="+url.QueryEscape(secret)+"%zz"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.do(r)
	s.sql("alter table items add constraint shorter check (char_length(title) < 3) not valid")
	assert.Equal(t, http.StatusInternalServerError, s.post("/add", "todo", secret).Code)
	s.sql("alter table items rename to elsewhere")
	assert.Equal(t, http.StatusServiceUnavailable, s.post("/add", "todo", secret).Code)

	log := s.log.String()
	assert.Empty(t, traces(t, log, secret))
	testLog(s).Warn("leaked", "title", secret)
	assert.NotEmpty(t, traces(t, s.log.String(), secret), "the search must be able to fail")

	lines := 0
	for scanner := bufio.NewScanner(strings.NewReader(log)); scanner.Scan(); {
		var line map[string]any
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &line))
		require.NotEmpty(t, line["request_id"])
		if line["msg"] == "request" {
			lines++
		}
	}
	assert.Equal(t, 10, lines, "one line for each request")
	assert.Contains(t, log, `"route":"POST /add","status":303`)
	assert.Contains(t, log, `violates check constraint`)
}
