package api

import (
	"net/http"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// writeKey names a write: by the client's Idempotency-Key, else by the
// request's id, which is the same when the proxy sends a request to the other
// slot.
func writeKey(r *http.Request) (todo.Key, error) {
	key, err := request.Key(r.Header)
	if err != nil {
		return todo.Key{}, err
	}
	if key.Name != "" {
		return todo.KeyOf("api key", key.Name), nil
	}
	return todo.KeyOf("api request", request.ID(r.Context())), nil
}
