package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"

	"crosscloud/app/etag"
	"crosscloud/app/todo"
)

// list shows the list, or the empty page of a browser that has none yet. It
// stores nothing: a crawler leaves no list behind.
func (h *handlers) list(w http.ResponseWriter, r *http.Request, v visit) error {
	p, err := h.listPage(r, v)
	if err != nil {
		return err
	}
	h.showList(w, r, p)
	return nil
}

// refusal is a title that was refused.
type refusal struct {
	item  int64 // whose new title it was to be, 0 for a new item
	input string
	error *todo.TitleError
}

// showRefused shows the list again with what the visitor typed and why it was
// refused.
func (h *handlers) showRefused(w http.ResponseWriter, r *http.Request, v visit, refused refusal) error {
	v.view.edit = refused.item
	p, err := h.listPage(r, v)
	if err != nil {
		return err
	}
	onPage := func(item todo.Item) bool { return item.ID == refused.item }
	if refused.item != 0 && !slices.ContainsFunc(p.page.Items, onPage) {
		return refused.error // the page has moved on; an error page keeps the text
	}
	p.refusal = &refused
	h.showList(w, r, p)
	return nil
}

func (h *handlers) listPage(r *http.Request, v visit) (listPage, error) {
	p := listPage{visit: v}
	var err error
	p.page, err = h.page(r, v, v.view.query())
	if v.home == "" && errors.Is(err, todo.ErrNotFound) {
		// At the front door there is always something to begin with.
		p.gone = !v.stranger
		return p, nil
	}
	return p, err
}

// showList answers with the page or, where the browser has the very same one, with 304.
func (h *handlers) showList(w http.ResponseWriter, r *http.Request, p listPage) {
	status := http.StatusOK
	switch {
	case p.refusal != nil:
		status = http.StatusUnprocessableEntity
	case p.gone:
		status = http.StatusNotFound
	}
	look := h.look()
	if status == http.StatusOK {
		tag := look.tag(p)
		header := w.Header()
		header.Set("ETag", tag)
		header.Set("Vary", "Cookie") // the front door shows everybody a list of their own
		if etag.Known(r, tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	m := newMarkup()
	p.key = rand.Text()
	p.write(m, look)
	m.send(w, r, status)
}
