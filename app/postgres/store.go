package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"crosscloud/app/todo"
)

// queryTimeout bounds a call including the wait for a connection. It is shorter
// than every timeout in front of it, so that a person gets an answer that says
// what is wrong.
const queryTimeout = 5 * time.Second

// Store keeps items. Its errors are those of package todo, wrapped, unless
// something is broken in a way that waiting does not mend.
type Store struct{ pool *pgxpool.Pool }

// Open makes a store. It does not wait for the database: the app starts before
// the database answers, and says at /readyz which of the two it is.
func Open(ctx context.Context, config *pgxpool.Config) (*Store, error) {
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &Store{pool: pool}, nil
}

// Close ends all connections; it waits for those in use.
func (s *Store) Close() { s.pool.Close() }

// List returns the newest items, at most limit of them, and counts all.
func (s *Store) List(ctx context.Context, limit int) (todo.Page, error) {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	// One statement, so that the counts belong to the rows beside them. Not
	// count(*) over (): that keeps every row, in a temporary file once they are many.
	rows, err := s.pool.Query(ctx, `
		select id, title, done, total, open
		  from items,
		       (select count(*) as total, count(*) filter (where not done) as open from items) as counts
		 order by id desc
		 limit $1`, limit)
	if err != nil {
		return todo.Page{}, translate(ctx, "list items", err)
	}
	var page todo.Page
	page.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (item todo.Item, err error) {
		err = row.Scan(&item.ID, &item.Title, &item.Done, &page.Total, &page.Open)
		return item, err
	})
	return page, translate(ctx, "list items", err)
}

// Add stores a new open item.
func (s *Store) Add(ctx context.Context, title todo.Title) error {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	_, err := s.pool.Exec(ctx, `insert into items (title) values ($1)`, title)
	return translate(ctx, "add an item", err)
}

// SetDone marks an item as done or as open again. It names the state instead
// of flipping it: a form that is sent twice must not undo itself.
func (s *Store) SetDone(ctx context.Context, id int64, done bool) error {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `update items set done = $2 where id = $1`, id, done)
	if err == nil && tag.RowsAffected() == 0 {
		return todo.ErrNotFound
	}
	return translate(ctx, "change an item", err)
}

// Delete removes an item for good.
func (s *Store) Delete(ctx context.Context, id int64) error {
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	tag, err := s.pool.Exec(ctx, `delete from items where id = $1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return todo.ErrNotFound
	}
	return translate(ctx, "delete an item", err)
}
