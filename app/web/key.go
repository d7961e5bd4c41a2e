package web

import (
	"maps"
	"net/http"
	"slices"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

const (
	keyField = "key"

	// unguessable is the length of 128 bits in base64, in characters; a page's
	// own key is longer. Whoever repeats the write that made a list gets the
	// list, so no shorter key may make one: somebody who numbers their requests
	// would share it with everybody who does.
	unguessable = 22
)

// A change has two names. That of its request is the header that programs send
// or else the request's id, which is the same when a proxy sends a request to
// the other slot. It is enough for what says how things are to be (completed, a
// title, another link): to do that twice is to do it once.
//
// To add or to delete twice is not. So their forms have the page's key, by which
// a double click and another try after a failure are told from another write.
// It is no proof: the page may be an old one, that the Back button brought back
// or that another tab has, with the key of a write that is long done. The visitor
// sees the same form and means it again. So the request is part of such a write:
// it is refused when another request comes with its key, and whoever sent that
// looks for what became of the first (see addTo and deletedBy).

// requestKey names the request. One that makes a list is named by nothing that
// can be guessed.
func requestKey(r *http.Request, makesList bool) (todo.Key, error) {
	key, err := request.Key(r.Header)
	if err != nil {
		return todo.Key{}, err
	}
	if key.Name != "" && (!makesList || len(key.Name) >= unguessable) {
		return todo.KeyOf("header", key.Name), nil
	}
	return todo.KeyOf("request", request.ID(r.Context())), nil
}

// formKey names the form by the key of its page. It is made of all that was
// sent: all forms of a page share one random key. A form without has the zero Key.
func formKey(path string, fields form) (todo.Key, error) {
	key := fields[keyField]
	if key == "" {
		return todo.Key{}, nil
	}
	if _, err := todo.ParseKey(key); err != nil {
		return todo.Key{}, err
	}
	parts := []string{"form", path}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, name, fields[name])
	}
	return todo.KeyOf(parts...), nil
}
