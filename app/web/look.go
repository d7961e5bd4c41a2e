package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"crosscloud/app/todo"
)

//go:embed templates static
var embedded embed.FS

// look is how the site looks: its templates and static files, read once.
type look struct {
	files  files
	pages  map[string]*template.Template // by file name
	frames map[string]frame              // the layout around a list, by the page's title
	print  [sha256.Size]byte             // another one for another look, on every machine the same
}

// frame is what stands before and behind a page's content.
type frame struct{ head, tail template.HTML }

// contentMark stands in the layout for what a list's page is written into.
const contentMark = "[content]"

// newLook reads the directories templates and static. In development, reload is
// the address of a script that pages have besides (see Live).
func newLook(from fs.FS, reload string) (*look, error) {
	l := &look{pages: map[string]*template.Template{}, frames: map[string]frame{}}
	var err error
	if l.files, err = readFiles(from); err != nil {
		return nil, err
	}
	functions := template.FuncMap{"static": l.files.address, "reload": func() string { return reload }}
	for _, name := range []string{"error.html", "share.html", "recover.html", "list.html"} {
		page := template.New(name).Funcs(functions)
		if l.pages[name], err = page.ParseFS(from, "templates/layout.html", "templates/"+name); err != nil {
			return nil, err
		}
	}
	for _, title := range []string{titleList, titleShared, titleRefused} {
		var page bytes.Buffer
		if err := l.pages["list.html"].ExecuteTemplate(&page, "layout.html", title); err != nil {
			return nil, err
		}
		head, tail, found := strings.Cut(page.String(), contentMark)
		if !found {
			return nil, fmt.Errorf("templates/list.html: no %s", contentMark)
		}
		l.frames[title] = frame{template.HTML(head), template.HTML(tail)}
	}
	l.print = l.fingerprint()
	return l, nil
}

// fingerprint is the hash of pages that have everything in them. The templates
// alone would not do: most of a list's page is written by this package.
func (l *look) fingerprint() [sha256.Size]byte {
	sample := listPage{visit: visit{view: view{show: todo.Active, edit: 2, undo: todo.Key{Name: "undo"}}}, key: "key"}
	sample.page = todo.Page{
		Items: []todo.Item{{ID: 1, Title: "open"}, {ID: 2, Title: "edited"}, {ID: 3, Title: "completed", Completed: true}},
		Next:  &todo.Cursor{}, Total: 3, Open: 2, Undoable: 1,
	}
	shared := sample
	shared.home, shared.view = "/l/sample", view{before: &todo.Cursor{}}
	empty := listPage{visit: visit{stranger: true}, key: "key"}
	var m markup
	for _, p := range []listPage{sample, shared, empty} {
		p.write(&m, l)
	}
	return sha256.Sum256(m)
}

// render answers with a page made from a template or, if that fails, with a
// plain error: half a page with a status of success helps nobody.
func (h *handlers) render(w http.ResponseWriter, r *http.Request, status int, page string, content any) {
	var body bytes.Buffer
	if err := h.look().pages[page].ExecuteTemplate(&body, "layout.html", content); err != nil {
		// The message names the place in the template, and may quote the data.
		h.log.ErrorContext(r.Context(), "template failed", "page", page, "kind", fmt.Sprintf("%T", err))
		answer(w, http.StatusInternalServerError, "Something went wrong.\n")
		return
	}
	m := markup(body.Bytes())
	m.send(w, r, status)
}
