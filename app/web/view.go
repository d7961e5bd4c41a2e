package web

import (
	"net/url"
	"strconv"
	"strings"

	"crosscloud/app/todo"
)

// pageSize is how many items a page shows.
const pageSize = 50

// view is which part of a list is shown and how, as the address says it. Forms
// carry it in the query of their action, so that an answer leads back to it.
type view struct {
	show   todo.Show
	before *todo.Cursor
	edit   int64    // the item whose form is open, 0 for none
	undo   todo.Key // the deletion that can be taken back, its Name is "" for none
}

// parseView reads a query. What it does not know, such as the labels that
// other sites put on links, is left aside; what names nothing is ErrNotFound.
func parseView(query string) (view, error) {
	v := view{}
	if query == "" {
		return v, nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return v, todo.ErrNotFound
	}
	switch show := todo.Show(values.Get("show")); show {
	case todo.All, "all":
	case todo.Active, todo.Completed:
		v.show = show
	default:
		return v, todo.ErrNotFound
	}
	if text := values.Get("before"); text != "" {
		cursor, err := todo.ParseCursor(text)
		if err != nil {
			return v, err
		}
		v.before = &cursor
	}
	if text := values.Get("edit"); text != "" {
		if v.edit, err = todo.ParseID(text); err != nil {
			return v, err
		}
	}
	if text := values.Get("undo"); text != "" {
		if v.undo, err = todo.ParseKey(text); err != nil {
			return v, todo.ErrNotFound
		}
	}
	return v, nil
}

func (v view) query() todo.Query {
	return todo.Query{Show: v.show, Before: v.before, Limit: pageSize, Undo: v.undo}
}

// plain is the view with no form open and nothing to take back.
func (v view) plain() view { return view{show: v.show, before: v.before} }

// newest is the first page of the same filter.
func (v view) newest() view { return view{show: v.show} }

// String is the view as a query with its question mark, or nothing.
func (v view) String() string {
	if v.before == nil && v.edit == 0 && v.undo.Name == "" {
		switch v.show { // what nearly every page asks for
		case todo.All:
			return ""
		case todo.Active:
			return "?show=active"
		case todo.Completed:
			return "?show=completed"
		}
	}
	var query strings.Builder
	add := func(name, value string) {
		if query.Len() == 0 {
			query.WriteByte('?')
		} else {
			query.WriteByte('&')
		}
		query.WriteString(name + "=" + url.QueryEscape(value))
	}
	if v.show != todo.All {
		add("show", string(v.show))
	}
	if v.before != nil {
		add("before", v.before.String())
	}
	if v.edit != 0 {
		add("edit", strconv.FormatInt(v.edit, 10))
	}
	if v.undo.Name != "" {
		add("undo", v.undo.Name)
	}
	return query.String()
}
