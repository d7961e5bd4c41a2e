package release

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func site(t *testing.T, handler http.HandlerFunc) (address, certificate string) {
	t.Helper()
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "https://"),
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}

// serving is the app as far as a visit looks at it.
func serving(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusNotFound)
}

func TestVisitTrustsThePublishedCertificate(t *testing.T) {
	address, certificate := site(t, serving)
	assert.NoError(t, visit(t.Context(), address, certificate))
}

// The front page is there while the way to the database is not.
func TestVisitTakesTheWayToTheDatabase(t *testing.T) {
	for answer, handler := range map[string]http.HandlerFunc{
		`503 Service Unavailable with "application/problem+json"`: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		`404 Not Found with "text/html"`: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html") // not the app's: it may never have been asked
			w.WriteHeader(http.StatusNotFound)
		},
		`200 OK with "application/json"`: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json") // somebody's list
		},
	} {
		address, certificate := site(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				serving(w, r)
				return
			}
			assert.Equal(t, http.MethodGet, r.Method)
			handler(w, r)
		})
		assert.ErrorContains(t, visit(t.Context(), address, certificate), "GET https://"+address+listOfNobody+": "+answer)
	}
}

func TestVisitTrustsNoOther(t *testing.T) {
	address, _ := site(t, serving)
	err := visit(t.Context(), address, strangersCertificate)
	assert.ErrorContains(t, err, "certificate signed by unknown authority")
	assert.ErrorContains(t, visit(t.Context(), address, ""), "published no certificate")
}

func TestVisitDoesNotFollow(t *testing.T) {
	address, certificate := site(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://example.org/", http.StatusFound)
	})
	assert.ErrorContains(t, visit(t.Context(), address, certificate), "302")
}

// strangersCertificate belongs to nobody; its key was not kept.
const strangersCertificate = `-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUPrYhvmSHL3EZc/yGxs96Ot3/o7IwCgYIKoZIzj0EAwIw
EzERMA8GA1UEAwwIc3RyYW5nZXIwIBcNMjYxMTIzMTgwMDA1WhgPMjEyNjEwMzAx
ODAwMDVaMBMxETAPBgNVBAMMCHN0cmFuZ2VyMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAE2XU/VoJjsI7Y6ZHkPDWwmAUjEMdq8WiFKqBJfzFTxd4QbAY2WR+7Wked
y2BIqWBQeth2IlMIIfWbvPGqeB/o+qNTMFEwHQYDVR0OBBYEFGtclIerOk3FR8Kz
1cHnVz/oUKMgMB8GA1UdIwQYMBaAFGtclIerOk3FR8Kz1cHnVz/oUKMgMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAJvjbnnWyxKJXoHTRhyHTKkY
qCilMZKFYzbiv5+QrlTMAiAtVdf0c4EihMXaZP+tM90c4qkyoXcs7O1p0FLaHk1G
pA==
-----END CERTIFICATE-----
`
