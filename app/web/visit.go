package web

import (
	"net/http"
	"time"

	"crosscloud/app/todo"
)

const (
	// cookieName: browsers take a name with this prefix only from the very host
	// that it is for, over HTTPS, for the whole site. Chromium and Firefox count
	// http://localhost and http://127.0.0.1 as safe, so that development works
	// there; Safari does not.
	cookieName = "__Host-list"
	// cookieAge is renewed by each write. Browsers keep none for longer than 400 days.
	cookieAge = 365 * 24 * time.Hour
)

// visit is one request to a list.
type visit struct {
	access todo.Access
	home   string // the address of the list: "" for the browser's own, /l/{share}
	view   view

	// stranger is a browser that has no list yet, as opposed to one whose cookie
	// opens none. There is nothing to ask the store for.
	stranger bool
}

// door is a way to a list: where its addresses begin, and who comes that way.
type door struct {
	path  string
	enter func(*http.Request) visit
}

var (
	ownDoor      = door{"", own}
	sharedDoor   = door{"/l/{share}", shared}
	recoveryDoor = door{"/o/{owner}", recovered}
)

// What is no token is parsed as the token of zeros, which nobody has. It is
// looked up like any other, so the answer takes as long as for an unknown one.

// own is the visit of the browser that the list belongs to.
func own(r *http.Request) visit {
	v := visit{access: todo.Access{Owner: true}}
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		v.stranger = true
		return v
	}
	v.access.Token, _ = todo.ParseToken(cookie.Value)
	return v
}

// shared is the visit of whoever has a share link. It reads no cookie.
func shared(r *http.Request) visit {
	text := r.PathValue("share")
	token, _ := todo.ParseToken(text)
	return visit{access: todo.Access{Token: token}, home: "/l/" + text}
}

// recovered is the visit of whoever has a recovery link.
func recovered(r *http.Request) visit {
	token, _ := todo.ParseToken(r.PathValue("owner"))
	return visit{access: todo.Access{Token: token, Owner: true}}
}

// address is where the list shows this view.
func (v visit) address(part view) string {
	if v.home == "" {
		return "/" + part.String()
	}
	return v.home + part.String()
}

// page reads a part of the list.
func (h *handlers) page(r *http.Request, v visit, query todo.Query) (todo.Page, error) {
	if v.stranger {
		return todo.Page{}, todo.ErrNotFound
	}
	return h.store.Page(r.Context(), v.access, query)
}

// keep gives the browser its list, or gives it for another year.
func keep(w http.ResponseWriter, owner todo.Token) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: owner.String(), Path: "/", MaxAge: int(cookieAge.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}
