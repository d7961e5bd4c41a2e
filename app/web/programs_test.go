package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What the API does is tried beside it; this is about its place among the pages.
func TestProgramsComeFromAnywhereAndBringNoCookie(t *testing.T) {
	s := newSite(t)
	owner, stranger := s.browser(), s.browser()
	owner.add("by a form")
	todos := owner.share() + "/todos"

	added := stranger.do("POST", todos, `{"title":"by a program"}`, "Content-Type", "application/json",
		"Sec-Fetch-Site", "cross-site", "Origin", "https://elsewhere.example")
	assert.Equal(t, http.StatusCreated, added.StatusCode, added.text)
	assert.Equal(t, "*", added.Header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, added.Header["Set-Cookie"])
	assert.Contains(t, owner.get("/").text, ">by a program</bdi>")
	assert.Contains(t, stranger.get(todos).text, `"by a form"`)
	assert.Contains(t, stranger.get("/openapi.json").text, `"openapi"`)

	for path, status := range map[string]int{
		"/l/unknown/todos": http.StatusNotFound, todos + "/77": http.StatusNotFound, todos + "/1/2": http.StatusNotFound,
	} {
		answer := owner.get(path) // whose cookie opens the list, which is nothing to these routes
		assert.Equal(t, status, answer.StatusCode, path)
		assert.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"), path)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, stranger.do("PUT", todos, "").StatusCode)
	assert.Contains(t, s.log.String(), `"route":"POST /l/{share}/todos","status":201`)
	assert.NotContains(t, s.log.String(), strings.TrimPrefix(owner.share(), "/l/"))
}
