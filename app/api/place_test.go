package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestURLsHaveTheSchemeAndHostThatTheProxyPassesOn(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	path := strings.TrimPrefix(item.URL, s.URL)
	answered := s.do("GET", item.URL, "", "Host", "todo.example:8443", "X-Forwarded-Proto", "https")
	assert.Equal(t, "https://todo.example:8443"+path, decoded[representation](t, answered).URL)
	s.add(`{"title":"second"}`)
	listed := s.do("GET", s.todos+"?limit=1", "", "Host", "todo.example", "X-Forwarded-Proto", "https")
	assert.True(t, strings.HasPrefix(listed.Header.Get("Link"), "<https://todo.example/l/"), listed.Header.Get("Link"))
}

// Go's client and server let it through; it must not become an address.
func TestAForgedHostIsNoAddress(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	for _, answered := range []reply{
		s.do("GET", s.todos, "", "Host", "user@todo.example"), s.do("GET", item.URL, "", "Host", "user@todo.example"),
		s.do("POST", s.todos, `{"title":"x"}`, "Host", "user@todo.example"),
		s.do("PATCH", item.URL, `{"title":"x"}`, "Host", "user@todo.example"),
	} {
		assert.Equal(t, http.StatusBadRequest, answered.StatusCode)
	}
	assert.Equal(t, []representation{item}, s.list())
}
