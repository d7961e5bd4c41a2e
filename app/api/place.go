package api

import (
	"net/http"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// place is what an address names.
type place struct {
	access todo.Access
	todos  string // the absolute address of the list's todos
	id     int64  // of one of them, 0 where it names them all
}

// locate reads an address. What is no token is looked up as the token of zeros,
// which nobody has, so that the answer takes as long as for an unknown list.
func locate(r *http.Request) (place, error) {
	origin, err := request.Origin(r)
	if err != nil {
		return place{}, err
	}
	token, _ := todo.ParseToken(r.PathValue("share"))
	request.NoteList(r.Context(), token)
	at := place{access: todo.Access{Token: token}, todos: origin + "/l/" + token.String() + "/todos"}
	if id := r.PathValue("id"); id != "" {
		at.id, err = todo.ParseID(id)
	}
	return at, err
}

// read handles a request that stores nothing.
func read(act func(http.ResponseWriter, *http.Request, place) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		at, err := locate(r)
		if err != nil {
			return err
		}
		return act(w, r, at)
	}
}

// change is a request for a write.
type change struct {
	place
	key todo.Key
}

// write handles a request that stores something.
func write(act func(http.ResponseWriter, *http.Request, change) error) handler {
	return read(func(w http.ResponseWriter, r *http.Request, at place) error {
		key, err := writeKey(r)
		if err != nil {
			return err
		}
		return act(w, r, change{at, key})
	})
}
