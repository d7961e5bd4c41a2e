package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"crosscloud/app/todo"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates holds a set for each page: its content with the layout around it.
var templates = map[string]*template.Template{
	"list.html":  parse("list.html"),
	"error.html": parse("error.html"),
}

func parse(page string) *template.Template {
	return template.Must(template.ParseFS(templateFiles, "templates/layout.html", "templates/"+page))
}

// listPage is the list and the form above it.
type listPage struct {
	todo.Page
	Input   string // what the visitor typed and may correct
	Refusal string // why it was refused
}

// Hidden is the number of items that the page leaves out.
func (p listPage) Hidden() int { return p.Total - len(p.Items) }

type errorPage struct {
	Title, Text string
	RequestID   string
}

// render answers with a whole page or, if its template fails, with a plain
// error: half a page with a status of success helps nobody.
func (h *handlers) render(w http.ResponseWriter, r *http.Request, status int, page string, data any) {
	var body bytes.Buffer
	if err := templates[page].ExecuteTemplate(&body, "layout.html", data); err != nil {
		// The message names the place in the template, and may quote the data.
		h.log.ErrorContext(r.Context(), "template failed", "page", page, "kind", fmt.Sprintf("%T", err))
		answer(w, http.StatusInternalServerError, "Something went wrong.\n")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache") // Back shows the list as it is now
	w.WriteHeader(status)
	w.Write(body.Bytes())
}
