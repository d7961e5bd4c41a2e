package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// tenItems is a list as most are.
func tenItems() todo.Page {
	page := todo.Page{Total: 10, Open: 7, Version: 12}
	for n := range 10 {
		page.Items = append(page.Items, todo.Item{ID: int64(1000 - n), Title: todo.Title(fmt.Sprintf("Buy %d things & water the plants", n)), Completed: n%3 == 2})
	}
	return page
}

// onePage is a store that costs nothing.
type onePage struct {
	todo.Store
	page todo.Page
}

func (s onePage) Page(context.Context, todo.Access, todo.Query) (todo.Page, error) {
	return s.page, nil
}

// BenchmarkListPage is what the page of a 10-item list costs beside the
// database: the whole site in memory, the page alone, and for comparison one row
// of ten by html/template, without anything around it.
func BenchmarkListPage(b *testing.B) {
	b.Run("request", func(b *testing.B) {
		site := New(onePage{page: tenItems()}, nil, slog.New(request.LogHandler(slog.NewJSONHandler(io.Discard, nil))))
		asking := func(header ...string) *http.Request {
			r := httptest.NewRequest("GET", "/", nil)
			r.AddCookie(&http.Cookie{Name: cookieName, Value: todo.Token{1}.String()})
			for i := 0; i < len(header); i += 2 {
				r.Header.Set(header[i], header[i+1])
			}
			return r
		}
		b.ReportAllocs()
		r := asking("X-Request-Id", "0123456789abcdef0123456789abcdef")
		for b.Loop() {
			site.ServeHTTP(&discard{header: http.Header{}}, r)
		}
	})
	look, err := newLook(embedded, "")
	if err != nil {
		b.Fatal(err)
	}
	b.Run("page", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m := newMarkup()
			p := listPage{page: tenItemsOnce, key: rand.Text()}
			p.write(m, look)
			b.SetBytes(int64(len(*m)))
			m.send(&discard{header: http.Header{}}, httptest.NewRequest("GET", "/", nil), http.StatusOK)
		}
	})
	b.Run("rows by html-template", func(b *testing.B) {
		rows := template.Must(template.New("").Parse(`{{range .}}<li{{if .Completed}} class="done"{{end}} id="item-{{.ID}}">` +
			`<form method="post" action="/items/{{.ID}}/toggle"><button id="toggle-{{.ID}}" aria-pressed="{{.Completed}}"></button></form>` +
			`<bdi class="title" id="title-{{.ID}}">{{.Title}}</bdi><a href="/?edit={{.ID}}">✎</a>` +
			`<form method="post" action="/items/{{.ID}}/delete"><button id="delete-{{.ID}}">×</button></form></li>{{end}}`))
		b.ReportAllocs()
		for b.Loop() {
			if err := rows.Execute(io.Discard, tenItemsOnce.Items); err != nil {
				b.Fatal(err)
			}
		}
	})
}

var tenItemsOnce = tenItems()

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
