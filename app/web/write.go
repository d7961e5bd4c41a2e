package web

import (
	"errors"
	"net/http"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// change is a visit that asks for a write.
type change struct {
	visit
	fields form
	key    todo.Key
}

// add puts an item on the list. A browser without a list, or with one that is
// no longer there, gets a new one.
func (h *handlers) add(w http.ResponseWriter, r *http.Request, c change) error {
	title, err := todo.NewTitle(c.fields["todo"])
	var refused *todo.TitleError
	if errors.As(err, &refused) {
		return h.showRefused(w, r, c.visit, refusal{0, c.fields["todo"], refused})
	}
	if err != nil {
		return err
	}
	item := todo.NewItem{Title: title}
	err = todo.ErrNotFound
	if !c.stranger {
		_, err = h.store.Add(r.Context(), c.access, c.key, item)
	}
	if errors.Is(err, todo.ErrKeyReused) && c.fields[keyField] != "" {
		// The key of a form is made of all that is in it, so this very form made
		// the list before: a double click, of which the second has the cookie.
		err = nil
	}
	if c.home == "" && errors.Is(err, todo.ErrNotFound) {
		if err = h.create(r, &c, item); err == nil {
			c.view = view{}
		}
	}
	if err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.newest(), "")
}

func (h *handlers) create(r *http.Request, c *change, item todo.NewItem) error {
	key, err := writeKey(r, c.fields, true)
	if err != nil {
		return err
	}
	if c.access.Token, _, err = h.store.Create(r.Context(), key, item); err == nil {
		request.NoteList(r.Context(), c.access.Token)
	}
	return err
}

// toggle takes the wanted state from the form. It names the state instead of
// flipping it: what somebody else did in the meantime is not undone.
func (h *handlers) toggle(w http.ResponseWriter, r *http.Request, c change) error {
	id, err := todo.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	completed, err := c.fields.flag("completed")
	if err != nil {
		return err
	}
	if _, err := h.store.Edit(r.Context(), c.access, c.key, id, todo.Changes{Completed: &completed}); err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.plain(), r.PathValue("id"))
}

func (h *handlers) edit(w http.ResponseWriter, r *http.Request, c change) error {
	id, err := todo.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	title, err := todo.NewTitle(c.fields["title"])
	var refused *todo.TitleError
	if errors.As(err, &refused) {
		return h.showRefused(w, r, c.visit, refusal{id, c.fields["title"], refused})
	}
	if err != nil {
		return err
	}
	if _, err := h.store.Edit(r.Context(), c.access, c.key, id, todo.Changes{Title: &title}); err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.plain(), r.PathValue("id"))
}

func (h *handlers) delete(w http.ResponseWriter, r *http.Request, c change) error {
	id, err := todo.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	if err := h.store.Delete(r.Context(), c.access, c.key, id); err != nil {
		return err
	}
	return c.deleted(w, r)
}

func (h *handlers) clearCompleted(w http.ResponseWriter, r *http.Request, c change) error {
	if _, err := h.store.DeleteCompleted(r.Context(), c.access, c.key); err != nil {
		return err
	}
	return c.deleted(w, r)
}

// deleted leads back to a page that offers to undo it.
func (c change) deleted(w http.ResponseWriter, r *http.Request) error {
	back := c.view.plain()
	back.undo = c.key
	return done(w, r, c.visit, back, "")
}

func (h *handlers) undo(w http.ResponseWriter, r *http.Request, c change) error {
	deletion, err := todo.ParseKey(c.fields["undo"])
	if err != nil {
		return errForm
	}
	if _, err := h.store.Undo(r.Context(), c.access, c.key, deletion); err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.plain(), "")
}

func (h *handlers) toggleAll(w http.ResponseWriter, r *http.Request, c change) error {
	completed, err := c.fields.flag("completed")
	if err != nil {
		return err
	}
	if _, err := h.store.SetAll(r.Context(), c.access, c.key, completed); err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.plain(), "")
}

// done sends the browser back to the list, by GET so that a reload does not
// send the form again, and to the item, where keyboards and screen readers go on.
func done(w http.ResponseWriter, r *http.Request, v visit, back view, item string) error {
	if v.access.Owner {
		keep(w, v.access.Token)
	}
	address := v.address(back)
	if item != "" {
		address += "#item-" + item
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}
