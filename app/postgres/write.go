package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"crosscloud/app/todo"
)

// A write is two statements sent together: one round trip, one transaction.
// The first waits for the list's turn. The second begins when it has it, so it
// sees all that earlier writers did, and no later one comes between.
var lock = forBoth(`select from lists where {access} = $1 for no key update`)

// writeOf wraps what a write does in what every write does: a key that is known
// gets the first answer; with any other one the work is done, counted and its
// answer kept. $1 to $3 are the hashes of token, key and request.
//
// work is CTEs. They read fresh(list, write), which has one row when there is
// something to do, and end with outcome(answer, total, open, deleted): the
// answer or null where there was no such item, what to add to the counters,
// and how many items could be brought back.
func writeOf(work string) statement {
	return writeSetting(`total = lists.total + outcome.total, open = lists.open + outcome.open`, work)
}

// writeSetting is writeOf with another change of the list's row.
func writeSetting(set, work string) statement {
	return forBoth(`
with seen as (
    select request, answer
      from writes
     where list = (select id from lists where {access} = $1) and key = $2
), fresh as (
    select id as list, nextval('writes_id_seq') as write
      from lists
     where {access} = $1 and not exists (select from seen)
), ` + work + `, listed as (
    update lists set version = version + 1, touched = current_date, ` + set + `
      from outcome
     where id = (select list from fresh)
), written as (
    insert into writes (id, list, key, request, answer, deleted)
    select write, list, $2, $3, answer, deleted from fresh, outcome
    returning answer
)
select request = $3, answer from seen
union all
select true, answer from written`)
}

// answer is what a write remembers, in JSON; each kind uses some of it.
type answer struct {
	ID        int64      `json:"id"`
	Title     todo.Title `json:"title"`
	Completed bool       `json:"completed"`
	Order     int64      `json:"order"`
	Items     int        `json:"items"` // how many were changed
	Epoch     int        `json:"epoch"`
}

// write runs a statement of writeOf with the arguments from $4 on. op names it
// and, with the arguments, makes the request that the key belongs to.
func (s *Store) write(ctx context.Context, op string, work statement, access todo.Access, key todo.Key, args ...any) (answer, error) {
	request, err := requestHash(key, op, args)
	if err != nil {
		return answer{}, err
	}
	done, err := s.turns.take(ctx, access.Token)
	if err != nil {
		return answer{}, translate(ctx, op+": wait for earlier writes", err)
	}
	defer done()
	token := hashOf(access.Token)
	all := append([]any{token, hashOfKey(key), request}, args...)
	var result answer
	err = s.call(ctx, writeTimeout, op, func(ctx context.Context, conn *pgx.Conn) (err error) {
		batch := &pgx.Batch{}
		batch.Queue(lock.of(access), token)
		batch.Queue(work.of(access), all...)
		result, err = runWrite(ctx, conn, batch, todo.ErrNotFound)
		return err
	})
	return result, err
}

// runWrite sends a batch whose second statement tells the answer. No row is the
// error none: the first statement found no list.
func runWrite(ctx context.Context, conn *pgx.Conn, batch *pgx.Batch, none error) (answer, error) {
	results := conn.SendBatch(ctx, batch)
	defer results.Close()
	if _, err := results.Exec(); err != nil {
		return answer{}, err
	}
	var same bool
	var stored []byte
	err := results.QueryRow().Scan(&same, &stored)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return answer{}, none
	case err != nil:
		return answer{}, err
	}
	if err := results.Close(); err != nil {
		return answer{}, err // the commit failed
	}
	switch {
	case !same:
		return answer{}, todo.ErrKeyReused
	case stored == nil:
		return answer{}, todo.ErrNotFound
	}
	var result answer
	return result, json.Unmarshal(stored, &result)
}

// requestHash tells a repeated request from another one with the same key.
func requestHash(key todo.Key, op string, args []any) ([]byte, error) {
	all := append([]any{op}, args...)
	if key.Sending != "" {
		all = append(all, key.Sending)
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	hash := sha256.Sum256(text)
	return hash[:], nil
}
