package web

import (
	"maps"
	"net/http"
	"slices"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

const (
	keyField  = "key"
	keyHeader = "Idempotency-Key"

	// unguessable is the length of 128 bits in base64, in characters; a page's
	// own key is longer. Whoever repeats the write that made a list gets the
	// list, so no shorter key may make one: somebody who numbers their requests
	// would share it with everybody who does.
	unguessable = 22
)

// writeKey names the write that a form asks for: by the page that holds the
// form, else by the header that programs send, else by the request, which a
// proxy may send twice.
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
			return todo.KeyOf("header", key), nil
		}
	}
	return todo.KeyOf("request", request.ID(r.Context())), nil
}

// formKey is made of all that was sent. All forms of a page share one random
// key, and the Back button brings a page back whose key was used: the same form
// with the same text is a repeat, another text is another write.
func formKey(path string, fields form) todo.Key {
	parts := []string{"form", path}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, name, fields[name])
	}
	return todo.KeyOf(parts...)
}
