package api

import (
	"net/http"

	"crosscloud/app/todo"
)

// shared is what whoever has the list's address may do. What is no token is
// looked up as the token of zeros, which nobody has, so that the answer takes as
// long as for an unknown list.
func (h *handlers) shared(r *http.Request) todo.Access {
	token, _ := todo.ParseToken(r.PathValue("share"))
	h.site.NoteList(r.Context(), token)
	return todo.Access{Token: token}
}

func (h *handlers) list(w http.ResponseWriter, r *http.Request) error {
	base, err := listAddress(r)
	if err != nil {
		return err
	}
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return err
	}
	page, err := h.store.Page(r.Context(), h.shared(r), query)
	if err != nil {
		return err
	}
	if page.Next != nil {
		w.Header().Set("Link", "<"+base+nextPage(query.Limit, *page.Next)+`>; rel="next"`)
	}
	all := make([]representation, len(page.Items)) // not nil, which JSON writes as null
	for i, item := range page.Items {
		all[i] = represent(base, item)
	}
	return answer(w, r, http.StatusOK, all)
}

func (h *handlers) item(w http.ResponseWriter, r *http.Request) error {
	base, err := listAddress(r)
	if err != nil {
		return err
	}
	id, err := todo.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	item, err := h.store.Item(r.Context(), h.shared(r), id)
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, represent(base, item))
}

func (h *handlers) add(w http.ResponseWriter, r *http.Request) error {
	base, err := listAddress(r)
	if err != nil {
		return err
	}
	key, err := h.writeKey(r)
	if err != nil {
		return err
	}
	changes, err := readChanges(w, r)
	if err != nil {
		return err
	}
	if changes.Title == nil {
		_, err := todo.NewTitle("")
		return err
	}
	item := todo.NewItem{Title: *changes.Title, Order: changes.Order}
	if changes.Completed != nil {
		item.Completed = *changes.Completed
	}
	added, err := h.store.Add(r.Context(), h.shared(r), key, item)
	if err != nil {
		return err
	}
	shown := represent(base, added)
	w.Header().Set("Location", shown.URL)
	return answer(w, r, http.StatusCreated, shown)
}

func (h *handlers) edit(w http.ResponseWriter, r *http.Request) error {
	base, err := listAddress(r)
	if err != nil {
		return err
	}
	id, err := todo.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	key, err := h.writeKey(r)
	if err != nil {
		return err
	}
	changes, err := readChanges(w, r)
	if err != nil {
		return err
	}
	item, err := h.store.Edit(r.Context(), h.shared(r), key, id, changes)
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, represent(base, item))
}

func (h *handlers) delete(w http.ResponseWriter, r *http.Request) error {
	id, err := todo.ParseID(r.PathValue("id"))
	if err != nil {
		return err
	}
	key, err := h.writeKey(r)
	if err != nil {
		return err
	}
	if err := h.store.Delete(r.Context(), h.shared(r), key, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h *handlers) deleteAll(w http.ResponseWriter, r *http.Request) error {
	key, err := h.writeKey(r)
	if err != nil {
		return err
	}
	if _, err := h.store.DeleteAll(r.Context(), h.shared(r), key); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
