package api

import (
	"net/url"
	"strconv"

	"crosscloud/app/todo"
)

// maxPage is the most todos in one answer, and how many there are unless the
// client asks for fewer. Titles of the longest kind make 3 MB of it.
const maxPage = 1000

// parseQuery reads which part of a list is asked for. Parameters that we do
// not know change nothing.
func parseQuery(raw string) (todo.Query, error) {
	query := todo.Query{Limit: maxPage}
	values, err := url.ParseQuery(raw)
	if err != nil || len(values["limit"]) > 1 || len(values["before"]) > 1 {
		return query, badRequest("The query is malformed or has a parameter twice.")
	}
	if values.Has("limit") {
		query.Limit, err = strconv.Atoi(values.Get("limit"))
		if err != nil || query.Limit < 1 || query.Limit > maxPage {
			return query, badRequest("limit is a whole number from 1 to 1000.")
		}
	}
	if values.Has("before") {
		cursor, err := todo.ParseCursor(values.Get("before"))
		if err != nil {
			return query, badRequest("before is what the link to the next page says, such as 12.34.")
		}
		query.Before = &cursor
	}
	return query, nil
}

// nextPage is the query of the page that begins at the cursor.
func nextPage(limit int, at todo.Cursor) string {
	return "?limit=" + strconv.Itoa(limit) + "&before=" + url.QueryEscape(at.String())
}
