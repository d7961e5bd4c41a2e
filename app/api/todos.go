package api

import (
	"net/http"

	"crosscloud/app/todo"
)

func (h *handlers) list(w http.ResponseWriter, r *http.Request, at place) error {
	query, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return err
	}
	page, err := h.store.Page(r.Context(), at.access, query)
	if err != nil {
		return err
	}
	if page.Next != nil {
		w.Header().Set("Link", "<"+at.todos+nextPage(query.Limit, *page.Next)+`>; rel="next"`)
	}
	all := make([]representation, len(page.Items)) // not nil, which JSON writes as null
	for i, item := range page.Items {
		all[i] = at.represent(item)
	}
	return answer(w, r, http.StatusOK, all)
}

func (h *handlers) item(w http.ResponseWriter, r *http.Request, at place) error {
	item, err := h.store.Item(r.Context(), at.access, at.id)
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, at.represent(item))
}

func (h *handlers) add(w http.ResponseWriter, r *http.Request, c change) error {
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
	added, err := h.store.Add(r.Context(), c.access, c.key, item)
	if err != nil {
		return err
	}
	shown := c.represent(added)
	w.Header().Set("Location", shown.URL)
	return answer(w, r, http.StatusCreated, shown)
}

func (h *handlers) edit(w http.ResponseWriter, r *http.Request, c change) error {
	changes, err := readChanges(w, r)
	if err != nil {
		return err
	}
	item, err := h.store.Edit(r.Context(), c.access, c.key, c.id, changes)
	if err != nil {
		return err
	}
	return answer(w, r, http.StatusOK, c.represent(item))
}

func (h *handlers) delete(w http.ResponseWriter, r *http.Request, c change) error {
	if err := h.store.Delete(r.Context(), c.access, c.key, c.id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h *handlers) deleteAll(w http.ResponseWriter, r *http.Request, c change) error {
	if _, err := h.store.DeleteAll(r.Context(), c.access, c.key); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
