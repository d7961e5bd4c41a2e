package web

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// change is a visit that asks for a write.
type change struct {
	visit
	fields     form
	requestKey todo.Key
	formKey    todo.Key // the zero Key if the form has none
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
	err = h.addTo(r, c, item)
	if c.home == "" && errors.Is(err, todo.ErrNotFound) {
		if err = h.create(r, &c, item); err == nil {
			c.view = view{}
		}
	}
	if err != nil {
		return err
	}
	back := c.view.newest()
	if back.show == todo.Completed {
		back.show = todo.All // where what was added is to be seen
	}
	return done(w, r, c.visit, back, "")
}

// addTo adds to a list that is there. A form that was sent before, also the one
// that made the list, is done as long as its text is there to be done.
func (h *handlers) addTo(r *http.Request, c change, item todo.NewItem) error {
	if c.stranger {
		return todo.ErrNotFound
	}
	ctx := r.Context()
	if c.formKey.Name != "" {
		_, err := h.store.Add(ctx, c.access, c.sentForm(), item)
		if !errors.Is(err, todo.ErrKeyReused) {
			return err
		}
		page, err := h.page(r, c.visit, todo.Query{Show: todo.Active, Limit: pageSize})
		there := func(other todo.Item) bool { return other.Title == item.Title }
		if err != nil || slices.ContainsFunc(page.Items, there) {
			return err
		}
	}
	_, err := h.store.Add(ctx, c.access, c.requestKey, item)
	return err
}

// create makes a list with its first item, and goes on as its owner's visit.
func (h *handlers) create(r *http.Request, c *change, item todo.NewItem) error {
	owner, err := h.newList(r, *c, item)
	if err == nil {
		c.access.Token = owner
		request.NoteList(r.Context(), owner)
	}
	return err
}

// newList gives a form that made a list before the same one, or a new one if
// that is too long ago to be remembered.
func (h *handlers) newList(r *http.Request, c change, item todo.NewItem) (todo.Token, error) {
	if len(c.fields[keyField]) >= unguessable {
		owner, _, err := h.store.Create(r.Context(), c.formKey, item)
		if !errors.Is(err, todo.ErrKeyReused) {
			return owner, err
		}
	}
	key, err := requestKey(r, true)
	if err != nil {
		return todo.Token{}, err
	}
	owner, _, err := h.store.Create(r.Context(), key, item)
	return owner, err
}

// sentForm makes the request a part of a write that has the form's key.
func (c change) sentForm() todo.Key {
	return todo.Key{Name: c.formKey.Name, Sending: c.requestKey.Name}
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
	if _, err := h.store.Edit(r.Context(), c.access, c.requestKey, id, todo.Changes{Completed: &completed}); err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.plain(), "item-"+r.PathValue("id"))
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
	if _, err := h.store.Edit(r.Context(), c.access, c.requestKey, id, todo.Changes{Title: &title}); err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.plain(), "item-"+r.PathValue("id"))
}

func (h *handlers) delete(w http.ResponseWriter, r *http.Request, c change) error {
	id, err := todo.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	return h.remove(w, r, c, func(ctx context.Context, key todo.Key) (int, error) {
		return 1, h.store.Delete(ctx, c.access, key, id)
	})
}

func (h *handlers) clearCompleted(w http.ResponseWriter, r *http.Request, c change) error {
	return h.remove(w, r, c, func(ctx context.Context, key todo.Key) (int, error) {
		return h.store.DeleteCompleted(ctx, c.access, key)
	})
}

// deletion deletes something, and says how much of it was there.
type deletion func(ctx context.Context, key todo.Key) (deleted int, err error)

// remove leads back to a page that offers to undo the deletion.
func (h *handlers) remove(w http.ResponseWriter, r *http.Request, c change, do deletion) error {
	back := c.view.plain()
	var err error
	if back.undo, err = c.deletedBy(r.Context(), do); err != nil {
		return err
	}
	return done(w, r, c.visit, back, "undo")
}

// deletedBy returns the key by which the deletion can be undone. A form that was
// sent before deletes what is there by now. If that is nothing, the key is that
// of the first time, which may have found nothing either, because somebody else
// was faster: then the page that it leads to offers no undo.
func (c change) deletedBy(ctx context.Context, do deletion) (todo.Key, error) {
	if c.formKey.Name == "" {
		_, err := do(ctx, c.requestKey)
		return c.requestKey, err
	}
	_, err := do(ctx, c.sentForm())
	if !errors.Is(err, todo.ErrKeyReused) {
		return c.formKey, err
	}
	deleted, err := do(ctx, c.requestKey)
	if errors.Is(err, todo.ErrNotFound) || err == nil && deleted == 0 {
		return c.formKey, nil
	}
	return c.requestKey, err
}

func (h *handlers) undo(w http.ResponseWriter, r *http.Request, c change) error {
	deletion, err := todo.ParseKey(c.fields["undo"])
	if err != nil {
		return errForm
	}
	if _, err := h.store.Undo(r.Context(), c.access, c.requestKey, deletion); err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.plain(), "")
}

func (h *handlers) toggleAll(w http.ResponseWriter, r *http.Request, c change) error {
	completed, err := c.fields.flag("completed")
	if err != nil {
		return err
	}
	if _, err := h.store.SetAll(r.Context(), c.access, c.requestKey, completed); err != nil {
		return err
	}
	return done(w, r, c.visit, c.view.plain(), "")
}

// done sends the browser back to the list, by GET so that a reload does not
// send the form again, and to an element of the page, where keyboards and screen
// readers go on.
func done(w http.ResponseWriter, r *http.Request, v visit, back view, element string) error {
	if v.access.Owner {
		keep(w, v.access.Token)
	}
	address := v.address(back)
	if element != "" {
		address += "#" + element
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}
