// Package etag makes and compares entity tags (RFC 9110, 8.8.3), by which
// clients ask whether they need an answer again.
package etag

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// Weak is the tag of what has this hash. It is a weak one: the proxy compresses
// answers, and says so by weakening strong tags.
func Weak(hash [sha256.Size]byte) string {
	return `W/"` + base64.RawURLEncoding.EncodeToString(hash[:12]) + `"`
}

// Known reports whether the client has the answer with this tag. Weak and
// strong tags are the same here, as the standard says for If-None-Match.
func Known(r *http.Request, tag string) bool {
	for _, header := range r.Header.Values("If-None-Match") {
		for candidate := range strings.SplitSeq(header, ",") {
			candidate = strings.TrimSpace(candidate)
			if candidate == "*" || strings.TrimPrefix(candidate, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}
