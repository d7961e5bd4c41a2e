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
	for _, c := range []struct{ host, proto, want string }{
		{"todo.example", "https", "https://todo.example"},
		{"todo.example:8443", "https", "https://todo.example:8443"},
		{"todo.example", "http", "http://todo.example"},
		{"todo.example", "", "http://todo.example"},
		{"todo.example", "javascript", "http://todo.example"},
		{"192.0.2.1:80", "https", "https://192.0.2.1:80"},
		{"[2001:db8::1]:443", "https", "https://[2001:db8::1]:443"},
	} {
		answered := s.do("GET", item.URL, "", "Host", c.host, "X-Forwarded-Proto", c.proto,
			"X-Forwarded-Host", "evil.example", "X-Forwarded-Port", "1", "Forwarded", "host=evil.example;proto=https")
		assert.Equal(t, c.want+path, decoded[representation](t, answered).URL)
	}
	s.add(`{"title":"second"}`)
	listed := s.do("GET", s.todos+"?limit=1", "", "Host", "todo.example", "X-Forwarded-Proto", "https")
	assert.True(t, strings.HasPrefix(listed.Header.Get("Link"), "<https://todo.example/l/"), listed.Header.Get("Link"))
}

// Go's client and server let these through; they must not become addresses.
func TestAForgedHostIsNoAddress(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	for _, forged := range []string{"a,b", "todo.example:port", "todo.example:123456", "user@todo.example", "a;b", "a'b", "$(x)", "a%00", ".", "-x",
		strings.Repeat("a", 300)} {
		for _, answered := range []reply{
			s.do("GET", s.todos, "", "Host", forged), s.do("GET", item.URL, "", "Host", forged),
			s.do("POST", s.todos, `{"title":"x"}`, "Host", forged), s.do("PATCH", item.URL, `{"title":"x"}`, "Host", forged),
		} {
			assert.Equal(t, http.StatusBadRequest, answered.StatusCode, forged)
		}
	}
	assert.Equal(t, []representation{item}, s.list())
}
