package web

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"

	"crosscloud/app/todo"
)

const (
	keyField  = "key"
	keyHeader = "Idempotency-Key"

	// unguessable is the length of 128 bits in base64, in characters. Whoever
	// repeats the write that made a list gets the list, so no shorter key may
	// make one: somebody who numbers their requests would share it with
	// everybody who does.
	unguessable = 22
)

// writeKey names the write that a form asks for: by the page that holds the
// form, else by the header that programs send, else by the request, which a
// proxy may send twice.
//
// The store gets a hash that begins with where the key came from. A request's
// id stands in logs; who reads it there must not be able to send it as a key
// of his own and be given the list that the request made.
func writeKey(r *http.Request, fields form, makesList bool) (todo.Key, error) {
	usable := func(key string) bool { return key != "" && (!makesList || len(key) >= unguessable) }
	if key := fields[keyField]; key != "" {
		if _, err := todo.ParseKey(key); err != nil {
			return "", err
		}
		if usable(key) {
			return formKey(r.URL.Path, fields), nil
		}
	}
	if key := r.Header.Get(keyHeader); key != "" {
		if _, err := todo.ParseKey(key); err != nil {
			return "", err
		}
		if usable(key) {
			return hashed("header", key), nil
		}
	}
	return hashed("request", requestID(r.Context())), nil
}

// formKey is made of all that was sent. All forms of a page share one random
// key, and the Back button brings a page back whose key was used: the same form
// with the same text is a repeat, another text is another write.
func formKey(path string, fields form) todo.Key {
	parts := []string{"form", path}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, name, fields[name])
	}
	return hashed(parts...)
}

func hashed(parts ...string) todo.Key {
	hash := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part)) // of one length, so that parts cannot run into each other
		hash.Write(sum[:])
	}
	return todo.Key(base64.RawURLEncoding.EncodeToString(hash.Sum(nil)))
}
