package web

import (
	"errors"
	"net/http"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// The links stand on a page of their own. A page that holds secrets beside
// titles, compressed, would tell by its length what somebody who may write
// titles tries to guess (BREACH).
type sharePage struct {
	Share string // the link for others, "" where the browser has no list
	Own   string // the link for oneself

	Replaced bool // the link for others, just now
}

// share shows the owner the links to the list.
func (h *handlers) share(w http.ResponseWriter, r *http.Request, v visit) error {
	origin, err := request.Origin(r)
	if err != nil {
		return err
	}
	content := sharePage{Replaced: r.URL.Query().Has("replaced")}
	page, err := h.page(r, v, todo.Query{Limit: 1})
	switch {
	case err == nil:
		content.Share = origin + "/l/" + v.access.Token.Share(page.ShareEpoch).String()
		content.Own = origin + "/o/" + v.access.Token.String()
	case !errors.Is(err, todo.ErrNotFound):
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	h.render(w, r, http.StatusOK, "share.html", content)
	return nil
}

func (h *handlers) replaceShare(w http.ResponseWriter, r *http.Request, c change) error {
	if _, err := h.store.ReplaceShare(r.Context(), c.access, c.requestKey); err != nil {
		return err
	}
	keep(w, c.access.Token)
	http.Redirect(w, r, "/share?replaced", http.StatusSeeOther)
	return nil
}

// recoverPage is what a recovery link shows before it changes the browser's list.
type recoverPage struct {
	Action  string
	Total   int
	Open    int
	Another bool // this browser has another list, which it would forget
	Same    bool // this browser has this list
}

// recovery asks before the browser's list is changed: a link that somebody else
// sent must not do it by being opened.
func (h *handlers) recovery(w http.ResponseWriter, r *http.Request, v visit) error {
	page, err := h.page(r, v, todo.Query{Limit: 1})
	if err != nil {
		return err
	}
	present := own(r)
	w.Header().Set("Cache-Control", "private, no-store") // its form holds the owner's token
	h.render(w, r, http.StatusOK, "recover.html", recoverPage{
		Action: r.URL.Path, Total: page.Total, Open: page.Open,
		Another: !present.stranger && present.access != v.access,
		Same:    !present.stranger && present.access == v.access,
	})
	return nil
}

func (h *handlers) recover(w http.ResponseWriter, r *http.Request, c change) error {
	if _, err := h.page(r, c.visit, todo.Query{Limit: 1}); err != nil {
		return err
	}
	return done(w, r, c.visit, view{}, "")
}
