package web

import (
	"html/template"

	"crosscloud/app/todo"
)

// listPage is the page of a list. Its methods write it from top to bottom.
type listPage struct {
	visit
	page    todo.Page
	gone    bool     // the browser's cookie opens no list (any more)
	refusal *refusal // what was typed last, if it was refused
	key     string   // of the forms that add or delete; see formKey
}

func (p *listPage) write(m *markup, look *look) {
	frame := look.frames[p.title()]
	m.html(frame.head)
	p.writeHeader(m)
	p.writeAdd(m)
	// What the script announces goes here: a region must be there before its text.
	m.html(`<p id="said" class="unseen" role="status"></p>
<div id="list">
`)
	p.writeNotice(m)
	if p.page.Total == 0 {
		p.writeEmpty(m)
	} else {
		p.writeBar(m)
		p.writeItems(m)
		p.writePages(m)
		p.writeFooter(m)
	}
	m.html(`</div>`)
	m.html(frame.tail)
}

// The titles of the page, each with a frame of its own.
const (
	titleList    = "Todos"
	titleShared  = "Shared todos"
	titleRefused = "Not saved – Todos"
)

func (p *listPage) title() string {
	switch {
	case p.refusal != nil:
		return titleRefused
	case p.home != "":
		return titleShared
	}
	return titleList
}

func (p *listPage) writeHeader(m *markup) {
	switch {
	case p.home != "":
		m.html(`<header><h1>Shared todos</h1><a href="/">Your own list</a></header>
<p class="quiet">Whoever has the address of this page can read and change this list.</p>
`)
	case !p.stranger && !p.gone:
		m.html(`<header><h1>Todos</h1><a href="/share">Share and save link</a></header>
`)
	default:
		m.html(`<header><h1>Todos</h1></header>
`)
	}
}

// No maxlength on the fields: browsers cut a pasted text off without a word.
// The server refuses it, and keeps it.
func (p *listPage) writeAdd(m *markup) {
	m.html(`<form id="add" class="add" method="post" action="`)
	p.action(m, "/add", p.view.newest())
	m.html(`">`)
	p.writeKey(m)
	m.html(`
<label for="todo">What is there to do?</label>
<div class="row"><input id="todo" name="todo" type="text" autocomplete="off" enterkeyhint="done"`)
	if p.refusal != nil && p.refusal.item == 0 {
		p.writeRefused(m)
	} else if p.view == (view{}) {
		m.html(` autofocus>`)
	} else {
		m.html(`>`)
	}
	m.html(`<button>Add</button></div>
`)
	if p.refusal != nil && p.refusal.item == 0 {
		p.writeReason(m)
	}
	m.html(`</form>
`)
}

// writeRefused ends a text field that holds what was refused.
func (p *listPage) writeRefused(m *markup) {
	m.html(` value="`)
	m.text(readable(p.refusal.input))
	m.html(`" aria-invalid="true" aria-describedby="refusal" autofocus>`)
}

func (p *listPage) writeReason(m *markup) {
	m.html(`<p id="refusal" class="refusal" role="alert">`)
	m.text(p.refusal.error.Message)
	m.html(`</p>
`)
}

// writeNotice stands within the list, so that the script takes it away when it
// is true no more.
func (p *listPage) writeNotice(m *markup) {
	if p.gone {
		m.html(`<p class="notice" role="alert">The list that this browser knew is no longer there. What you add begins a new one.</p>
`)
	}
	if p.page.Undoable == 0 {
		return
	}
	m.html(`<form class="toast" method="post" action="`)
	p.action(m, "/undo", p.view.plain())
	m.html(`">`)
	m.html(`<p id="notice">`)
	m.int(int64(p.page.Undoable))
	m.html(` deleted.</p><button id="undo" name="undo" value="`)
	m.text(p.view.undo.Name)
	m.html(`">Undo</button></form>
`)
}

func (p *listPage) writeEmpty(m *markup) {
	m.html(`<p id="count" class="empty">Nothing to do. Enjoy it while it lasts.</p>
`)
	if p.stranger {
		m.html(`<p class="empty">Yours alone until you share its link. No account needed.</p>
`)
	}
}

// writeBar writes what is left and the filters.
func (p *listPage) writeBar(m *markup) {
	m.html(`<div class="bar"><p id="count"><strong>`)
	m.int(int64(p.page.Open))
	m.html(`</strong> of `)
	m.int(int64(p.page.Total))
	m.html(` left</p>
<nav aria-label="Filter">`)
	for _, filter := range filters {
		m.html(`<a id="show-`)
		m.html(filter.id)
		m.html(`" href="`)
		m.text(p.address(view{show: filter.show}))
		if p.view.show == filter.show {
			m.html(`" aria-current="page">`)
		} else {
			m.html(`">`)
		}
		m.html(filter.name)
		m.html(`</a>`)
	}
	m.html(`</nav></div>
`)
}

var filters = []struct {
	show     todo.Show
	id, name template.HTML
}{{todo.All, "all", "All"}, {todo.Active, "active", "Active"}, {todo.Completed, "completed", "Completed"}}

func (p *listPage) writeItems(m *markup) {
	if len(p.page.Items) == 0 {
		switch {
		case p.view.before != nil:
			m.html(`<p class="empty">Nothing older.</p>
`)
		case p.view.show == todo.Active:
			m.html(`<p class="empty">Nothing left to do.</p>
`)
		default:
			m.html(`<p class="empty">Nothing completed yet.</p>
`)
		}
		return
	}
	// The role, because Safari's reader announces no list where the style sheet takes the bullets away.
	m.html(`<ul role="list">
`)
	row := p.newRow()
	for i := range p.page.Items {
		row.write(m, &p.page.Items[i])
	}
	m.html(`</ul>
`)
}

// writePages writes the ways to the list's other pages.
func (p *listPage) writePages(m *markup) {
	if p.view.before == nil && p.page.Next == nil {
		return
	}
	m.html(`<nav aria-label="Pages">`)
	if p.view.before != nil {
		m.html(`<a id="newest" href="`)
		m.text(p.address(p.view.newest()))
		m.html(`">Newest</a>`)
	}
	if p.page.Next != nil {
		m.html(`<a id="older" rel="next" href="`)
		m.text(p.address(view{show: p.view.show, before: p.page.Next}))
		m.html(`">Older</a>`)
	}
	m.html(`</nav>
`)
}

// writeFooter writes what changes many items at once.
func (p *listPage) writeFooter(m *markup) {
	m.html(`<div class="bar"><form method="post" action="`)
	p.action(m, "/toggle-all", p.view.plain())
	m.html(`">`)
	if p.page.Open > 0 {
		m.html(`<button id="all" name="completed" value="true">Complete all</button></form>`)
	} else {
		m.html(`<button id="all" name="completed" value="false">Reopen all</button></form>`)
	}
	if completed := p.page.Total - p.page.Open; completed > 0 {
		m.html(`<form method="post" action="`)
		p.action(m, "/clear-completed", p.view.plain())
		m.html(`">`)
		p.writeKey(m)
		m.html(`<button id="clear">Clear completed (`)
		m.int(int64(completed))
		m.html(`)</button></form>`)
	}
	m.html(`</div>
`)
}

func (p *listPage) action(m *markup, path template.HTML, back view) {
	m.text(p.home)
	m.html(path)
	m.text(back.String())
}

func (p *listPage) writeKey(m *markup) {
	m.html(`<input type="hidden" name="key" value="`)
	m.text(p.key)
	m.html(`">`)
}
