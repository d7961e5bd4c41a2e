package api

import (
	"net/http"
	"regexp"
	"strconv"

	"crosscloud/app/todo"
)

// host is a name or an IPv4 address, or an IPv6 address in brackets, with or
// without a port.
var host = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// listAddress is the absolute address of the list's todos, as the client wrote
// it: the proxy in front passes Host on and sets X-Forwarded-Proto, and removes
// whatever else claims to know (X-Forwarded-Host, Forwarded).
//
// A client can name any host. It gets that name back, and nobody else does:
// answers are stored neither here nor, being private, in shared caches.
func listAddress(r *http.Request) (string, error) {
	if !host.MatchString(r.Host) {
		return "", badRequest("The header Host names no host.")
	}
	scheme := "http"
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	// What is no token opens no list, so its address is never shown.
	token, _ := todo.ParseToken(r.PathValue("share"))
	return scheme + "://" + r.Host + "/l/" + token.String() + "/todos", nil
}

func itemAddress(list string, id int64) string { return list + "/" + strconv.FormatInt(id, 10) }
