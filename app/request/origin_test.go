package request

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOriginIsWhatTheProxyPassesOn(t *testing.T) {
	for _, c := range []struct{ host, proto, want string }{
		{"todo.example", "https", "https://todo.example"},
		{"todo.example:8443", "https", "https://todo.example:8443"},
		{"todo.example", "http", "http://todo.example"},
		{"todo.example", "", "http://todo.example"},
		{"todo.example", "javascript", "http://todo.example"},
		{"192.0.2.1:80", "https", "https://192.0.2.1:80"},
		{"[2001:db8::1]:443", "https", "https://[2001:db8::1]:443"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = c.host
		r.Header = http.Header{"X-Forwarded-Proto": {c.proto}, "X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Port": {"1"},
			"Forwarded": {"host=evil.example;proto=https"}}
		origin, err := Origin(r)
		assert.NoError(t, err)
		assert.Equal(t, c.want, origin)
	}
	direct := httptest.NewRequest("GET", "/", nil)
	direct.TLS = &tls.ConnectionState{}
	origin, err := Origin(direct)
	assert.NoError(t, err)
	assert.Equal(t, "https://example.com", origin)
}

// Go's client and server let most of these through; they must not become addresses.
func TestAForgedHostIsNoOrigin(t *testing.T) {
	for _, forged := range []string{"", "a,b", "todo.example:port", "todo.example:123456", "user@todo.example", "a;b", "a'b", "$(x)", "a%00", ".",
		"-x", "a/b", `a"b`, "a>b", "a\nb", strings.Repeat("a", 300)} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = forged
		_, err := Origin(r)
		assert.ErrorIs(t, err, ErrHost, forged)
	}
}
