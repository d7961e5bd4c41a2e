// Package todo is the domain: lists, the tokens that open them, the items on
// them, and what a store of them promises. It knows neither SQL nor HTTP.
package todo

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxTitle is the longest accepted title, in characters (not bytes). The
// migrations hold the same number as a check constraint.
const MaxTitle = 500

// MaxOrder is the highest order, and the lowest without its sign: JavaScript
// and most readers of JSON count no further in whole numbers.
const MaxOrder = 1<<53 - 1

// Item is one thing to do.
type Item struct {
	ID        int64
	Title     Title
	Completed bool
	Order     int64 // where it stands: the highest is on top, of equals the newer
}

// ParseID reads an item's id as addresses have it, and nothing that only looks
// alike. What was never an id is no item's.
func ParseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 || strconv.FormatInt(id, 10) != text {
		return 0, ErrNotFound
	}
	return id, nil
}

// Title is a title that passed NewTitle.
type Title string

// NewTitle makes a title of what somebody typed. Surrounding white space is
// dropped; everything else is kept as typed or refused with a *TitleError.
func NewTitle(input string) (Title, error) {
	if !utf8.ValidString(input) {
		return "", &TitleError{"The text is not valid UTF-8."}
	}
	title := strings.TrimSpace(input)
	if title == "" {
		return "", &TitleError{"Write what there is to do."}
	}
	if n := utf8.RuneCountInString(title); n > MaxTitle {
		return "", &TitleError{fmt.Sprintf("This has %d characters; at most %d fit.", n, MaxTitle)}
	}
	for _, r := range title {
		// Postgres cannot store NUL, and a line break or an escape sequence in
		// a one-line title only serves to fool whoever reads it.
		if unicode.IsControl(r) {
			return "", &TitleError{fmt.Sprintf("The character %U cannot be part of a title.", r)}
		}
	}
	if !strings.ContainsFunc(title, visible) {
		return "", &TitleError{"Write what there is to do."}
	}
	return Title(title), nil
}

// visible reports whether a character leaves a mark on the page. A title of
// zero-width characters alone would be a row that nobody can read or click.
func visible(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Mn, r)
}
