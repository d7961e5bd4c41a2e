package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

func TestWithoutTheStoreThereIsAPageThatSaysSoAndKeepsTheText(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.add("here")
	share := b.share()
	const typed = `buy "milk" & <bread>`
	s.memory.err = fmt.Errorf("add an item: %w: dial tcp 127.0.0.1:5432: connection refused", todo.ErrUnavailable)
	for _, path := range []string{"/", "/?show=active", share, "/share", "/o/" + b.owner().String()} {
		answer := b.get(path)
		assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode, path)
		assert.Equal(t, "5", answer.Header.Get("Retry-After"), path)
		assert.Equal(t, "5", answer.Header.Get("Refresh"), "it comes back by itself")
		assert.Contains(t, answer.text, "The list cannot be reached", path)
		assert.Contains(t, answer.text, "This page tries again every few seconds.", path)
		assert.Empty(t, answer.Header.Get("ETag"))
	}
	for path, field := range map[string]string{"/add?show=active": "todo", "/items/1/edit?show=active": "title", share + "/add?show=active": "todo"} {
		answer := b.post(path, field, typed, "key", "0123456789abcdefghijkl")
		assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode, path)
		assert.Equal(t, "5", answer.Header.Get("Retry-After"), path)
		assert.Empty(t, answer.Header.Get("Refresh"), "a page with typed text must stay")
		assert.Contains(t, answer.text, "Please try again in a few seconds.", path)
		assert.Contains(t, answer.text, `method="post" action="`+path+`"`)
		assert.Contains(t, answer.text, `<input type="hidden" name="key" value="0123456789abcdefghijkl">`, "both attempts together store it once")
		assert.Contains(t, answer.text, `name="`+field+`" type="text" value="buy &#34;milk&#34; &amp; &lt;bread&gt;"`)
		assert.NotContains(t, answer.text, "127.0.0.1", "causes are for the log")
	}
	answer := b.post("/items/1/toggle", "completed", "true")
	assert.Contains(t, answer.text, `<input type="hidden" name="completed" value="true">`)
	answer = s.browser().post("/add", "todo", typed)
	assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode, "a browser without a list")
	refused := b.post("/add", "todo", " ")
	assert.Equal(t, http.StatusServiceUnavailable, refused.StatusCode, "the refusal would stand beside the list")
	assert.Contains(t, s.log.String(), "connection refused")

	s.memory.err = nil
	assert.Equal(t, http.StatusOK, b.get("/").StatusCode)
}

func TestHealthAndReadiness(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	assert.Equal(t, http.StatusOK, b.get("/healthz").StatusCode)
	assert.Equal(t, http.StatusOK, b.get("/readyz").StatusCode)
	s.ready = errors.New("a migration is pending at 10.0.0.1")
	answer := b.get("/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	assert.Equal(t, "not ready\n", answer.text)
	assert.Contains(t, s.log.String(), "10.0.0.1")
	assert.Equal(t, http.StatusOK, b.get("/healthz").StatusCode, "the process itself is well")
}

func TestADefectIsAPageWithAReferenceAndNoDetails(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.add("here")
	s.memory.err = errors.New(`column "done" does not exist`)
	answer := b.get("/", "X-Request-Id", "reference-1234")
	assert.Equal(t, http.StatusInternalServerError, answer.StatusCode)
	assert.Contains(t, answer.text, "Reference: reference-1234")
	assert.NotContains(t, answer.text, "column")
	assert.Contains(t, s.log.String(), `column \"done\" does not exist`)
	assert.Contains(t, s.log.String(), `"request_id":"reference-1234"`)
}

func TestAPanicIsAnErrorPageAndALogEntry(t *testing.T) {
	var log bytes.Buffer
	site := New((*memory)(nil), nil, slog.New(request.LogHandler(slog.NewJSONHandler(&log, nil)))) // which dereferences nil
	w := httptest.NewRecorder()
	token := todo.Token{0xab, 0xcd}
	site.ServeHTTP(w, httptest.NewRequest("GET", "/l/"+token.String(), nil))
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Contains(t, w.Body.String(), "Something went wrong")
	program := httptest.NewRecorder()
	site.ServeHTTP(program, httptest.NewRequest("GET", "/l/"+token.String()+"/todos", nil))
	assert.Equal(t, http.StatusInternalServerError, program.Code)
	assert.Equal(t, "application/problem+json", program.Header().Get("Content-Type"))
	assert.Equal(t, "*", program.Header().Get("Access-Control-Allow-Origin"))
	assert.Equal(t, 2, strings.Count(log.String(), `"msg":"panic"`))
	assert.Contains(t, log.String(), "nil pointer dereference")
	assert.Contains(t, log.String(), `"status":500`)
	assert.Contains(t, log.String(), "(*memory).Page ", "where it was")
	assert.NotContains(t, log.String(), fmt.Sprintf("%#x, %#x", token[0], token[1]), "and not with what")
}

// A visitor who leaves is no failure of ours.
func TestWhoLeavesIsNotLoggedAsAnError(t *testing.T) {
	s := newSite(t)
	s.memory.err = fmt.Errorf("read: %w", context.Canceled)
	assert.Equal(t, request.StatusClientGone, s.browser().get("/l/x").StatusCode)
	assert.NotContains(t, s.log.String(), `"level":"ERROR"`)
	assert.NotContains(t, s.log.String(), `"level":"WARN"`)
}

func TestEveryErrorPageHasAnExplanation(t *testing.T) {
	for _, err := range []error{todo.ErrNotFound, todo.ErrKey, todo.ErrKeyReused, todo.ErrUnavailable, &todo.TitleError{}, errForm,
		request.ErrType, request.ErrTooLarge, request.ErrCutOff, request.ErrHost, errors.New("anything else")} {
		text, explained := explanations[statusOf(fmt.Errorf("wrapped: %w", err))]
		require.True(t, explained, "%v", err)
		assert.False(t, strings.HasSuffix(text[0], "."))
		assert.True(t, strings.HasSuffix(text[1], "."))
	}
}
