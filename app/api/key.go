package api

import (
	"net/http"
	"strings"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// writeKey names a write: by the client's Idempotency-Key, else by the
// request's id, which is the same when the proxy sends a request to the other
// slot.
func writeKey(r *http.Request) (todo.Key, error) {
	headers := r.Header.Values("Idempotency-Key")
	if len(headers) > 1 {
		return "", todo.ErrKey
	}
	if len(headers) == 1 {
		key, err := parseKey(headers[0])
		return todo.KeyOf("api key", string(key)), err
	}
	return todo.KeyOf("api request", request.ID(r.Context())), nil
}

// parseKey reads the header as the IETF's draft has it, a structured field
// that is a string (RFC 9651, 3.3.3), or bare, as most clients send it. Both
// spellings are the same key. Parameters are refused.
func parseKey(header string) (todo.Key, error) {
	header = strings.Trim(header, " \t")
	if !strings.HasPrefix(header, `"`) {
		if strings.ContainsAny(header, `",;\`) {
			return "", todo.ErrKey
		}
		return todo.ParseKey(header)
	}
	var key strings.Builder
	for i := 1; i < len(header); i++ {
		switch header[i] {
		case '"':
			if i != len(header)-1 {
				return "", todo.ErrKey
			}
			return todo.ParseKey(key.String())
		case '\\':
			i++
			if i == len(header) || header[i] != '"' && header[i] != '\\' {
				return "", todo.ErrKey
			}
		}
		key.WriteByte(header[i])
	}
	return "", todo.ErrKey
}
