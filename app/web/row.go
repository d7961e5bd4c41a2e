package web

import (
	"html/template"
	"strconv"
	"strings"

	"crosscloud/app/todo"
)

// row writes the items of a page; what is the same in all rows is made once.
type row struct {
	*listPage
	back string // the view as a query, with its question mark
	edit string // the same and the beginning of the item to edit
	id   string // of the item, in digits: it stands in a row a dozen times
}

func (p *listPage) newRow() row {
	back := p.view.plain().String()
	edit := p.address(p.view.plain())
	if back == "" {
		edit += "?edit="
	} else {
		edit += "&edit="
	}
	return row{listPage: p, back: back, edit: edit}
}

// write writes an item: a button that completes or reopens it, its title, a
// link to change it and a button to delete it. The title stands in the page
// once and is the name of all three (aria-labelledby), inside bdi: characters
// that turn the direction of text around end their work with the element.
func (w row) write(m *markup, item *todo.Item) {
	w.id = strconv.FormatInt(item.ID, 10)
	if item.Completed {
		m.html(`<li class="done" id="item-`)
	} else {
		m.html(`<li id="item-`)
	}
	m.text(w.id)
	m.html(`">`)
	w.form(m)
	m.html(`/toggle`)
	m.text(w.back)
	m.html(`">`)
	m.html(`<button class="check" name="completed" value="`)
	if item.Completed {
		m.html(`false" aria-pressed="true`)
	} else {
		m.html(`true" aria-pressed="false`)
	}
	w.named(m, "toggle")
	m.html(`" aria-label="Completed"></button></form>`)

	if w.view.edit == item.ID {
		w.writeEdit(m, item)
	} else {
		m.html(`<bdi class="title" id="title-`)
		m.text(w.id)
		m.html(`">`)
		m.text(string(item.Title))
		m.html(`</bdi><a class="edit" href="`)
		m.text(w.edit)
		m.text(w.id)
		m.html(`#title`)
		w.named(m, "edit")
		m.html(`" aria-label="Edit">✎</a>`)
	}

	w.form(m)
	m.html(`/delete`)
	m.text(w.back)
	m.html(`">`)
	w.writeKey(m)
	m.html(`<button class="delete`)
	w.named(m, "delete")
	m.html(`" aria-label="Delete">×</button></form></li>
`)
}

// form begins a form for an item, up to its id.
func (w row) form(m *markup) {
	m.html(`<form method="post" action="`)
	m.text(w.home)
	m.html(`/items/`)
	m.text(w.id)
}

// named ends one attribute and gives the element an id and a name: its own
// label and the title.
func (w row) named(m *markup, what template.HTML) {
	m.html(`" id="`)
	m.html(what)
	m.html(`-`)
	m.text(w.id)
	m.html(`" aria-labelledby="`)
	m.html(what)
	m.html(`-`)
	m.text(w.id)
	m.html(` title-`)
	m.text(w.id)
}

// writeEdit writes the form in the place of the title, which stays to name the
// other buttons: what is in the field is not stored yet. The field's id is what
// the link to the form points to.
func (w row) writeEdit(m *markup, item *todo.Item) {
	w.form(m)
	m.html(`/edit`)
	m.text(w.back)
	m.html(`" class="editing">`)
	m.html(`<bdi hidden id="title-`)
	m.text(w.id)
	m.html(`">`)
	m.text(string(item.Title))
	m.html(`</bdi><label class="unseen" for="title">New text</label><input id="title" name="title" type="text" autocomplete="off" enterkeyhint="done"`)
	if w.refusal != nil && w.refusal.item == item.ID {
		w.writeRefused(m)
		w.writeReason(m)
	} else {
		m.html(` value="`)
		m.text(string(item.Title))
		m.html(`" autofocus>`)
	}
	m.html(`<button>Save</button><a id="cancel" href="`)
	m.text(w.address(w.view.plain()))
	m.html(`#item-`)
	m.text(w.id)
	m.html(`">Cancel</a></form>`)
}

// readable is typed text in a form that a page can hold.
func readable(input string) string { return strings.ToValidUTF8(input, "\uFFFD") }
