package request

import (
	"errors"
	"net/http"
	"regexp"
)

// ErrHost means that the header Host names no host.
var ErrHost = errors.New("the header Host names no host")

// host is a name or an IPv4 address, or an IPv6 address in brackets, with or
// without a port.
var host = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// Origin is the scheme and host of the site as the client wrote them: the proxy
// in front passes Host on and sets X-Forwarded-Proto, and removes whatever else
// claims to know (X-Forwarded-Host, Forwarded).
//
// A client can name any host. It gets that name back, and nobody else does:
// answers are stored neither here nor, being private, in shared caches.
func Origin(r *http.Request) (string, error) {
	if !host.MatchString(r.Host) {
		return "", ErrHost
	}
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host, nil
}
