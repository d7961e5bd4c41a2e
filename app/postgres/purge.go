package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// purgeBatch is how many rows a statement of Purge deletes at most, lists
	// weighed by their items: their writers wait no longer than that takes.
	purgeBatch = 5000
	// purgeLock lets one slot purge at a time; a random number, like tern's.
	purgeLock = int64(4820915570213346)
	// purgeTimeout is for a backlog; what is left waits for the next time.
	purgeTimeout = 10 * time.Minute
	// purgePatience is for a list of millions of items. Nobody waits for it, and
	// if it could not be deleted, those forgotten after it would not be either.
	purgePatience = "set local statement_timeout = '5min'"
)

// expireLists deletes lists that nobody opened for $2 days, the longest
// forgotten first, until they and their items are more than $1 rows. One that
// somebody opens at this moment stays: Postgres looks again at a row that it
// waited for.
const expireLists = `
delete from lists
 where touched < current_date - $2::int
   and id in (
       select id
         from (select id, sum(total + 1) over (order by touched, id) - total as place
                 from (select id, touched, total from lists order by touched, id limit $1) longest) weighed
        where place <= $1)`

// recent is how long the key of a write is known and a deletion can be undone.
const recent = `at > now() - interval '1 day'`

// The oldest writes are those with the lowest ids.
const oldWrites = `
with old as (
    select id, list from (select * from writes order by id limit $1) oldest where not (` + recent + `)
)`

// It locks what it is about to delete, and so looks again at an item that
// somebody brought back meanwhile.
const forgetDeleted = oldWrites + `
delete from todos
 where id in (
       select todos.id
         from old join todos on todos.list = old.list and deletion = old.id
        limit $1
          for update of todos)`

// forgetWrites keeps a write while items are marked with it.
const forgetWrites = oldWrites + `
delete from writes
 where id in (select id from old where not exists (select from todos where list = old.list and deletion = old.id))`

// Purge deletes what nobody needs any more: lists that were not opened for ttl
// (in whole days, at least one), writes and undoable deletions that are a day old. It
// returns the number of rows, not counting what a list had on it. While
// another slot purges, it does nothing.
func (s *Store) Purge(ctx context.Context, ttl time.Duration) (n int, err error) {
	days := max(1, int(ttl/(24*time.Hour)))
	err = s.call(ctx, purgeTimeout, "purge", func(working context.Context, conn *pgx.Conn) error {
		// Unlike a visitor's call, it ends in the middle when its caller leaves:
		// a slot that stops.
		working, cancel := context.WithCancel(working)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		deleted, err := purge(working, conn, days)
		n += deleted
		return err
	})
	return n, err
}

func purge(ctx context.Context, conn *pgx.Conn, days int) (n int, err error) {
	var ours bool
	if err := conn.QueryRow(ctx, "select pg_try_advisory_lock($1)", purgeLock).Scan(&ours); err != nil || !ours {
		return 0, err
	}
	// A lock of the session: where it cannot be given back, the connection ends.
	defer func() {
		if _, unlockErr := conn.Exec(ctx, "select pg_advisory_unlock($1)", purgeLock); unlockErr != nil {
			conn.Close(context.WithoutCancel(ctx))
		}
	}()
	for {
		deleted, err := purgeOnce(ctx, conn, days)
		n += deleted
		if err != nil {
			return n, fmt.Errorf("after %d rows: %w", n, err)
		}
		if deleted == 0 {
			return n, nil
		}
	}
}

// purgeOnce is a batch of each kind, each in a transaction of its own.
func purgeOnce(ctx context.Context, conn *pgx.Conn, days int) (n int, err error) {
	for _, statement := range []struct {
		sql       string
		arguments []any
	}{
		{expireLists, []any{purgeBatch, days}},
		{forgetDeleted, []any{purgeBatch}},
		{forgetWrites, []any{purgeBatch}},
	} {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, purgePatience); err != nil {
				return err
			}
			tag, err := tx.Exec(ctx, statement.sql, statement.arguments...)
			n += int(tag.RowsAffected())
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}
