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

// frontPage is a site that has nothing else.
func frontPage(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
	}
}

func TestVisitTrustsThePublishedCertificate(t *testing.T) {
	address, certificate := site(t, frontPage)
	assert.NoError(t, visit(t.Context(), address, certificate))
}

func TestVisitWantsTheDatabaseToAnswer(t *testing.T) {
	address, certificate := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	assert.ErrorContains(t, visit(t.Context(), address, certificate), "503")
}

func TestVisitTrustsNoOther(t *testing.T) {
	address, _ := site(t, func(http.ResponseWriter, *http.Request) {})
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
