package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// firstAnswer is what a repeated write gets again.
func firstAnswer(r reply) []string {
	return []string{r.Status, r.text, r.Header.Get("Location"), r.Header.Get("ETag"), r.Header.Get("Content-Type")}
}

func TestARepeatedWriteGetsTheFirstAnswer(t *testing.T) {
	for name, header := range map[string][]string{
		"the client's key":         {"Idempotency-Key", `"1f6a2c"`},
		"the client's key, bare":   {"Idempotency-Key", `1f6a2c`},
		"the request's id":         {"X-Request-Id", "0123456789abcdef"},
		"the key, whatever the id": {"Idempotency-Key", `1f6a2c`, "X-Request-Id", "0123456789abcdef"},
	} {
		t.Run(name, func(t *testing.T) {
			for method, body := range map[string]string{"POST": `{"title":"once"}`, "PATCH": `{"title":"changed"}`, "DELETE": ""} {
				s := newServer(t)
				item := s.add(`{"title":"here"}`)
				address := item.URL
				if method == "POST" {
					address = s.todos
				}
				first := s.do(method, address, body, header...)
				assert.Less(t, first.StatusCode, 300)
				s.do("DELETE", s.todos, "") // or whatever happened in between
				assert.Equal(t, firstAnswer(first), firstAnswer(s.do(method, address, body, header...)), method)
				assert.Empty(t, s.list(), "and changes nothing")
			}
		})
	}
}

func TestDeletingAllIsRepeatedWithoutEffect(t *testing.T) {
	s := newServer(t)
	s.add(`{"title":"first"}`)
	assert.Equal(t, http.StatusNoContent, s.do("DELETE", s.todos, "", "Idempotency-Key", "all").StatusCode)
	later := s.add(`{"title":"later"}`)
	assert.Equal(t, http.StatusNoContent, s.do("DELETE", s.todos, "", "Idempotency-Key", "all").StatusCode)
	assert.Equal(t, []representation{later}, s.list())
}

func TestBothSpellingsAreOneKeyAndAnIDIsNone(t *testing.T) {
	s := newServer(t)
	s.do("POST", s.todos, `{"title":"once"}`, "Idempotency-Key", `"k1"`)
	s.do("POST", s.todos, ` { "title" : " once " } `, "Idempotency-Key", `k1`)
	assert.Len(t, s.list(), 1)
	s.do("POST", s.todos, `{"title":"once"}`, "X-Request-Id", `k1`)
	assert.Len(t, s.list(), 2, "the same text as another's key")
	s.do("POST", s.todos, `{"title":"once"}`)
	s.do("POST", s.todos, `{"title":"once"}`)
	assert.Len(t, s.list(), 4, "without either, each is a write of its own")
}

func TestAKeyBelongsToOneRequest(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	s.do("POST", s.todos, `{"title":"once"}`, "Idempotency-Key", "used")
	before := s.get(s.todos).text
	for _, another := range []struct{ method, url, body string }{
		{"POST", s.todos, `{"title":"twice"}`},
		{"POST", s.todos, `{"title":"once","completed":true}`},
		{"POST", s.todos, `{"title":"once","order":1}`},
		{"PATCH", item.URL, `{"title":"once"}`},
		{"DELETE", item.URL, ""},
		{"DELETE", s.todos, ""},
	} {
		answered := s.do(another.method, another.url, another.body, "Idempotency-Key", "used")
		assert.Equal(t, http.StatusUnprocessableEntity, answered.StatusCode)
		assert.Equal(t, "KeyReused", typeOf(t, answered), another)
	}
	assert.Equal(t, before, s.get(s.todos).text)
	other := s.URL + s.newList()
	assert.Equal(t, http.StatusCreated, s.do("POST", other, `{"title":"x"}`, "Idempotency-Key", "used").StatusCode, "another list's keys are its own")
}

func TestMalformedKeysAreRefused(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	for _, header := range [][]string{
		{"Idempotency-Key", ""},
		{"Idempotency-Key", `"open`},
		{"Idempotency-Key", strings.Repeat("k", 129)},
		{"Idempotency-Key", "one", "Idempotency-Key", "two"},
	} {
		assert.Equal(t, "BadRequest", typeOf(t, s.do("POST", s.todos, `{"title":"x"}`, header...)))
		assert.Equal(t, "BadRequest", typeOf(t, s.do("PATCH", item.URL, `{"title":"x"}`, header...)))
		assert.Equal(t, "BadRequest", typeOf(t, s.do("DELETE", item.URL, "", header...)))
		assert.Equal(t, "BadRequest", typeOf(t, s.do("DELETE", s.todos, "", header...)))
	}
	assert.Equal(t, []representation{item}, s.list())
}
