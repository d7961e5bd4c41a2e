package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// Package api is tried on its own; this is about what the site adds to it.
func TestProgramsUseTheListThatThePagesShow(t *testing.T) {
	onEachStore(t, func(t *testing.T, s *site) {
		b := s.browser()
		b.add("by hand")
		todos := b.share() + "/todos"
		added := s.browser().do("POST", todos, `{"title":"by <program>"}`, "Content-Type", "application/json", "X-Forwarded-Proto", "https")
		require.Equal(t, http.StatusCreated, added.StatusCode, added.text)
		var item struct{ URL string }
		require.NoError(t, json.Unmarshal([]byte(added.text), &item))
		assert.True(t, strings.HasPrefix(item.URL, s.URL+todos+"/"), item.URL)
		assert.Contains(t, b.get("/").text, ">by &lt;program&gt;</bdi>")
		assert.Contains(t, b.get(todos).text, `"title":"by hand"`)
	})
}

func TestTheAPIIsOpenToOtherSitesAndTheFormsBesideItAreNot(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.add("mine")
	share := b.share()
	foreign := []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}
	answered := b.do("POST", share+"/todos", `{"title":"from elsewhere"}`, append(foreign, "Content-Type", "application/json")...)
	assert.Equal(t, http.StatusCreated, answered.StatusCode)
	assert.Equal(t, "*", answered.Header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, answered.Header.Values("Set-Cookie"))
	assert.Equal(t, http.StatusForbidden, b.do("POST", share+"/add", "todo=x", foreign...).StatusCode)

	// The cookie that comes with it opens nothing.
	for _, token := range []string{todo.Token{1}.String(), b.owner().String(), "x"} {
		answered := b.do("GET", "/l/"+token+"/todos", "", foreign...)
		assert.Equal(t, http.StatusNotFound, answered.StatusCode)
		assert.NotContains(t, answered.text, "mine")
	}
	for _, path := range []string{"/", "/share", share, share + "/add"} {
		assert.Empty(t, b.get(path, foreign...).Header.Values("Access-Control-Allow-Origin"), path)
	}
}

func TestProgramsGetTheSitesHeadersAndLinesInTheLog(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.add("mine")
	share := b.share()
	for path, route := range map[string]string{
		share + "/todos":      "GET /l/{share}/todos",
		share + "/todos/1":    "GET /l/{share}/todos/{id}",
		share + "/todos/none": "GET /l/{share}/todos/{id}",
		"/openapi.json":       "GET /openapi.json",
	} {
		answered := b.get(path)
		assert.Equal(t, "nosniff", answered.Header.Get("X-Content-Type-Options"))
		assert.Equal(t, "no-referrer", answered.Header.Get("Referrer-Policy"))
		// A long answer arrives before its line is written.
		assert.Eventually(t, func() bool { return strings.Contains(s.log.String(), `"route":"`+route+`"`) }, time.Minute, time.Millisecond)
		if answered.StatusCode == http.StatusNotFound {
			assert.Contains(t, answered.text, `"requestId":"`+answered.Header.Get("X-Request-Id")+`"`)
		}
	}
	assert.Equal(t, http.StatusMethodNotAllowed, b.do("PUT", share+"/todos", "").StatusCode)
	assert.Contains(t, b.get(share+"/todos/1/more").text, `"status":404`)
	assert.NotContains(t, s.log.String(), strings.TrimPrefix(share, "/l/"))
	assert.Contains(t, s.log.String(), `"list":`)

	s.memory.err = todo.ErrUnavailable
	answered := b.get(share + "/todos")
	assert.Equal(t, http.StatusServiceUnavailable, answered.StatusCode)
	assert.Equal(t, "application/problem+json", answered.Header.Get("Content-Type"))
	assert.Empty(t, answered.Header.Get("Refresh"))
}
