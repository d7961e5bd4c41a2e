package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"crosscloud/app/todo"
)

type handlers struct {
	items Items
	ready func(context.Context) error
	log   *slog.Logger
}

// listLimit keeps the page small enough to read and to render quickly.
const listLimit = 500

func (h *handlers) list(w http.ResponseWriter, r *http.Request) {
	h.renderList(w, r, http.StatusOK, listPage{})
}

// renderList answers with the list and with what the visitor last typed.
func (h *handlers) renderList(w http.ResponseWriter, r *http.Request, status int, page listPage) {
	items, err := h.items.List(r.Context(), listLimit)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	page.Page = items
	h.render(w, r, status, "list.html", page)
}

func (h *handlers) add(w http.ResponseWriter, r *http.Request) {
	if err := parseForm(r); err != nil {
		h.fail(w, r, err)
		return
	}
	input := r.PostForm.Get("todo")
	title, err := todo.NewTitle(input)
	var refused *todo.TitleError
	if errors.As(err, &refused) {
		h.renderList(w, r, http.StatusUnprocessableEntity, listPage{Input: input, Refusal: refused.Message})
		return
	}
	if err == nil {
		err = h.items.Add(r.Context(), title)
	}
	h.finish(w, r, err)
}

// complete takes the wanted state from the form, "true" unless it says "false".
func (h *handlers) complete(w http.ResponseWriter, r *http.Request) {
	id, err := itemID(r)
	if err == nil {
		err = parseForm(r)
	}
	if err == nil {
		err = h.items.SetDone(r.Context(), id, r.PostForm.Get("done") != "false")
	}
	h.finish(w, r, err)
}

// delete is content when the item is gone already: that is what was asked for.
func (h *handlers) delete(w http.ResponseWriter, r *http.Request) {
	id, err := itemID(r)
	if err == nil {
		err = h.items.Delete(r.Context(), id)
		if errors.Is(err, todo.ErrNotFound) {
			err = nil
		}
	}
	h.finish(w, r, err)
}

// finish sends the browser back to the list, by GET so that a reload does not
// send the form again.
func (h *handlers) finish(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		h.fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func itemID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, todo.ErrNotFound // nothing but a number was ever an id
	}
	return id, nil
}

func parseForm(r *http.Request) error {
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return errForm
}
