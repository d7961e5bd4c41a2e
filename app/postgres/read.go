package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"crosscloud/app/todo"
)

// touching is how reading keeps a list from expiring: once a day the statement
// that reads says so. Readers never wait: where somebody writes to the list,
// that says it too. (The + 0 keeps the planner from finding the list among all
// that were not opened today, which an index on touched offers.)
const touching = `
with touched as (
    update lists set touched = current_date
     where id = (select id from lists where {access} = $1 and touched + 0 < current_date
                    for no key update skip locked)
)`

// pageOf reads a part of a list and what is known of the whole. Its rows are
// the items, and the list is beside each; a page without items is one row
// whose item is null.
func pageOf(condition string) statement {
	return forBoth(touching + `
select l.total, l.open, l.epoch, l.version,
       coalesce(w.deleted, 0),
       i.id, i.title, i.completed, i.position
  from lists l
  left join lateral (
        select deleted
          from writes
         where list = l.id and key = $5 and ` + recent + `
         limit 1 -- there is one at most; this keeps it from becoming a join (see statement)
       ) w on true
  left join lateral (
        select id, title, completed, position
          from todos
         where list = l.id and deletion = 0 and (position, id) < ($2, $3) ` + condition + `
         order by position desc, id desc
         limit $4
       ) i on true
 where l.{access} = $1
 order by i.position desc, i.id desc`)
}

var pages = map[todo.Show]statement{
	todo.All:       pageOf(""),
	todo.Active:    pageOf("and not completed"),
	todo.Completed: pageOf("and completed"),
}

const opPage = "read a page"

// Page implements todo.Store.
func (s *Store) Page(ctx context.Context, access todo.Access, query todo.Query) (todo.Page, error) {
	// No item stands above this: ids are far from the end of their range.
	before := todo.Cursor{Order: math.MaxInt64, ID: math.MaxInt64}
	if query.Before != nil {
		before = *query.Before
	}
	var undo []byte // null finds no write
	if query.Undo.Name != "" {
		undo = hashOfKey(query.Undo)
	}
	show, known := pages[query.Show]
	if !known {
		return todo.Page{}, fmt.Errorf("%s: no selection %q: %w", opPage, query.Show, todo.ErrNotFound)
	}
	return s.readPage(ctx, &pageRead{
		sql: show.of(access),
		// One more than asked for tells whether there is another page.
		arguments: []any{hashOf(access.Token), before.Order, before.ID, int64(query.Limit) + 1, undo},
		limit:     query.Limit,
	})
}

func scanPage(rows pgx.Rows, limit int) (todo.Page, error) {
	defer rows.Close()
	page := todo.Page{Items: make([]todo.Item, 0, min(limit, 16))} // most lists are short
	found := false
	// Pgtype's values can be null without an allocation for each that is not.
	var id, position pgtype.Int8
	var title pgtype.Text
	var completed pgtype.Bool
	row := [...]any{&page.Total, &page.Open, &page.ShareEpoch, &page.Version, &page.Undoable,
		&id, &title, &completed, &position}
	for rows.Next() {
		if err := rows.Scan(row[:]...); err != nil {
			return todo.Page{}, err
		}
		if !found {
			found = true
			clear(row[:5]) // the list, which is the same in all rows: pgx leaves out what goes nowhere
		}
		if !id.Valid {
			continue
		}
		if len(page.Items) == limit {
			last := page.Items[limit-1]
			page.Next = &todo.Cursor{Order: last.Order, ID: last.ID}
			continue
		}
		page.Items = append(page.Items, todo.Item{
			ID: id.Int64, Title: todo.Title(title.String), Completed: completed.Bool, Order: position.Int64,
		})
	}
	if err := rows.Err(); err != nil {
		return todo.Page{}, err
	}
	if !found {
		return todo.Page{}, todo.ErrNotFound
	}
	return page, nil
}

var itemOf = forBoth(touching + `
select id, title, completed, position
  from todos
 where list = (select id from lists where {access} = $1) and id = $2 and deletion = 0`)

// Item implements todo.Store.
func (s *Store) Item(ctx context.Context, access todo.Access, id int64) (todo.Item, error) {
	var item todo.Item
	err := s.call(ctx, readTimeout, "read an item", func(ctx context.Context, conn *pgx.Conn) error {
		err := conn.QueryRow(ctx, itemOf.of(access), hashOf(access.Token), id).
			Scan(&item.ID, &item.Title, &item.Completed, &item.Order)
		if errors.Is(err, pgx.ErrNoRows) {
			return todo.ErrNotFound
		}
		return err
	})
	return item, err
}
