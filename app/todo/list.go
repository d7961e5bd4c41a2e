package todo

import (
	"strconv"
	"strings"
)

// Access is what somebody may do with one list: everything as its owner, or
// all but replacing the share link as a guest.
type Access struct {
	Token Token
	Owner bool
}

// Show selects items.
type Show string

// The selections.
const (
	All       Show = ""
	Active    Show = "active"
	Completed Show = "completed"
)

// Cursor stands between two items of a list: a page begins behind it.
type Cursor struct{ Order, ID int64 }

// String is the cursor as it stands in links.
func (c Cursor) String() string {
	return strconv.FormatInt(c.Order, 10) + "." + strconv.FormatInt(c.ID, 10)
}

// ParseCursor reads what String wrote.
func ParseCursor(text string) (Cursor, error) {
	order, id, found := strings.Cut(text, ".")
	if !found {
		return Cursor{}, ErrNotFound
	}
	var c Cursor
	var err error
	if c.Order, err = strconv.ParseInt(order, 10, 64); err != nil {
		return Cursor{}, ErrNotFound
	}
	if c.ID, err = strconv.ParseInt(id, 10, 64); err != nil {
		return Cursor{}, ErrNotFound
	}
	return c, nil
}

// Query says which part of a list to read.
type Query struct {
	Show   Show
	Before *Cursor // nil starts at the newest
	Limit  int
	Undo   Key // the write whose deletions Page.Undoable counts; "" for none
}

// Page is a part of a list, newest first, with what is known of the whole.
type Page struct {
	Items      []Item
	Next       *Cursor // where the next page begins, nil behind the last
	Total      int     // all items, whatever the query shows
	Open       int     // those of Total that are not completed
	ShareEpoch int     // for Token.Share
	Version    int64   // grows with each write to the list, so that a page of it can be told from a later one
	Undoable   int     // items that Query.Undo would bring back
}

// NewItem is what an item begins with.
type NewItem struct {
	Title     Title
	Completed bool
	Order     *int64 // nil puts it above all others
}

// Changes are what an edit sets; nil leaves as it is.
type Changes struct {
	Title     *Title
	Completed *bool
	Order     *int64
}
