package api

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"strconv"

	"crosscloud/app/etag"
	"crosscloud/app/todo"
)

const contentType = "application/json"

// representation is a todo as programs see it.
type representation struct {
	URL       string     `json:"url"`
	Title     todo.Title `json:"title"`
	Completed bool       `json:"completed"`
	Order     int64      `json:"order"`
}

func (at place) represent(item todo.Item) representation {
	return representation{at.todos + "/" + strconv.FormatInt(item.ID, 10), item.Title, item.Completed, item.Order}
}

// answer writes JSON. Titles are inert in it, also where somebody pastes it
// into a page: <, >, & and the two line separators of JavaScript are escaped.
func answer(w http.ResponseWriter, r *http.Request, status int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	send(w, r, status, text, etag.Weak(sha256.Sum256(text)))
	return nil
}

func send(w http.ResponseWriter, r *http.Request, status int, text []byte, tag string) {
	header := w.Header()
	header.Set("ETag", tag)
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if reads && etag.Known(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	w.Write(text) // which net/http keeps from the answer to HEAD
}
