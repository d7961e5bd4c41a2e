package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"crosscloud/app/todo"
)

// A person waits at most this long for an answer that says what is wrong. All
// of it is shorter than every timeout in front of the app.
const (
	// acquireTimeout bounds the wait for a connection, a free one or a new one:
	// six round trips, so also over the 80 ms between two continents. Longer
	// waits only grow the queue.
	acquireTimeout = 900 * time.Millisecond
	readTimeout    = 3 * time.Second
	// writeTimeout lets the server's statement_timeout speak first.
	writeTimeout = 6 * time.Second
)

// call runs f, which must be safe to repeat, on a connection. Nobody asks an
// idle connection whether it lives, for that is a round trip; so one that
// turns out to be dead is replaced, and f runs once more.
//
// Whoever leaves stops waiting for a connection, but not f: to end a statement
// early costs its connection, and the next visitor several round trips. Those who
// read pages together stay (see together).
func (s *Store) call(ctx context.Context, timeout time.Duration, op string, f func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err, dead := s.attempt(ctx, f)
	if dead && ctx.Err() == nil {
		// What ended one connection ended its neighbours: a restart. Those in
		// use are closed when they come back.
		s.pool.Reset()
		s.retries.Add(1)
		err, _ = s.attempt(ctx, f)
	}
	return translate(ctx, op, err)
}

func (s *Store) attempt(ctx context.Context, f func(context.Context, *pgx.Conn) error) (err error, dead bool) {
	waiting, cancel := context.WithTimeout(ctx, acquireTimeout)
	defer cancel()
	conn, err := s.pool.Acquire(waiting)
	if err != nil {
		return fmt.Errorf("get a connection: %w", err), false
	}
	defer conn.Release()
	deadline, _ := ctx.Deadline() // of call
	working, cancel := context.WithDeadline(context.WithoutCancel(ctx), deadline)
	defer cancel()
	err = f(working, conn.Conn())
	return err, err != nil && conn.Conn().IsClosed()
}

// statement is one SQL text in two readings: {access} stands for the column
// that holds the hash of the caller's token, which is always $1.
//
// Statements name a list, and a write to it, by subqueries with one value and not
// by joins: a plan for a join, made while a table had a few rows, may read all of
// it later. At worst they read what belongs to the list. A page has to join; its
// subqueries have a limit, so that they are looked up row by row.
type statement struct{ owner, share string }

func forBoth(sql string) statement {
	return statement{
		owner: strings.ReplaceAll(sql, "{access}", "owner"),
		share: strings.ReplaceAll(sql, "{access}", "share"),
	}
}

func (s statement) of(access todo.Access) string {
	if access.Owner {
		return s.owner
	}
	return s.share
}
