package request

import (
	"net/http"
	"strings"

	"crosscloud/app/todo"
)

const keyHeader = "Idempotency-Key"

// Key is the client's name for a request, from the header Idempotency-Key, and
// the zero Key if it gave none. Of two headers somebody in between could read
// the one and we the other, so two are todo.ErrKey like one that is malformed.
func Key(header http.Header) (todo.Key, error) {
	switch values := header.Values(keyHeader); len(values) {
	case 0:
		return todo.Key{}, nil
	case 1:
		return parseKey(values[0])
	}
	return todo.Key{}, todo.ErrKey
}

// parseKey reads the header as the IETF's draft has it, a structured field
// that is a string (RFC 9651, 3.3.3), or bare, as most clients send it. Both
// spellings are the same key. Parameters are refused.
func parseKey(header string) (todo.Key, error) {
	header = strings.Trim(header, " \t")
	if !strings.HasPrefix(header, `"`) {
		if strings.ContainsAny(header, `",;\`) {
			return todo.Key{}, todo.ErrKey
		}
		return todo.ParseKey(header)
	}
	var key strings.Builder
	for i := 1; i < len(header); i++ {
		switch header[i] {
		case '"':
			if i != len(header)-1 {
				return todo.Key{}, todo.ErrKey
			}
			return todo.ParseKey(key.String())
		case '\\':
			i++
			if i == len(header) || header[i] != '"' && header[i] != '\\' {
				return todo.Key{}, todo.ErrKey
			}
		}
		key.WriteByte(header[i])
	}
	return todo.Key{}, todo.ErrKey
}
