package postgres

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"crosscloud/app/todo"
)

var addWork = writeOf(`item as (
    insert into todos (list, title, completed, position)
    select list, $4, $5, coalesce($6, (
               -- above the topmost; at the end of the range the newer id decides
               select least(position + 1, ` + strconv.Itoa(todo.MaxOrder) + `)
                 from todos
                where todos.list = fresh.list and deletion = 0
                order by position desc
                limit 1), 1)
      from fresh
    returning id, completed, position
), outcome as (
    select jsonb_build_object('id', id, 'order', position) as answer,
           1 as total, (not completed)::int as open, 0 as deleted
      from item
)`)

// addOp names what Add and Create do: a program that repeats the request which
// made a list may know the list by then. It adds to it, and gets the first answer.
const addOp = "add an item"

// Add implements todo.Store.
func (s *Store) Add(ctx context.Context, access todo.Access, key todo.Key, item todo.NewItem) (todo.Item, error) {
	added, err := s.write(ctx, addOp, addWork, access, key, item.Title, item.Completed, item.Order)
	if err != nil {
		return todo.Item{}, err
	}
	return todo.Item{ID: added.ID, Title: item.Title, Completed: item.Completed, Order: added.Order}, nil
}

// create makes a list, its first item and the memory of the write, or nothing
// where the owner has a list. $1 owner, $2 share, $3 key, $4 request, $5 title,
// $6 completed, $7 position.
//
// The conflict names no column: of two who come at once with one key, the later
// one may meet the other's share first.
const create = `
with list as (
    insert into lists (owner, share, total, open)
    values ($1, $2, 1, (not $6)::int)
    on conflict do nothing
    returning id
), item as (
    insert into todos (list, title, completed, position)
    select id, $5, $6, coalesce($7, 1) from list
    returning list, id, position
)
insert into writes (list, key, request, answer)
select list, $3, $4, jsonb_build_object('id', id, 'order', position) from item`

// created tells the answer, also to whoever waited in create for another who
// came with the same key.
const created = `
select request = $3, answer
  from writes
 where list = (select id from lists where owner = $1) and key = $2`

// Create implements todo.Store. A key whose list is older than the memory of
// writes is ErrKeyReused.
func (s *Store) Create(ctx context.Context, key todo.Key, item todo.NewItem) (todo.Token, todo.Item, error) {
	const op = "create a list"
	request, err := requestHash(key, addOp, []any{item.Title, item.Completed, item.Order})
	if err != nil {
		return todo.Token{}, todo.Item{}, err
	}
	secret, err := s.creationSecret(ctx)
	if err != nil {
		return todo.Token{}, todo.Item{}, err
	}
	owner := todo.DeriveToken(secret, key)
	var first answer
	err = s.call(ctx, writeTimeout, op, func(ctx context.Context, conn *pgx.Conn) (err error) {
		batch := &pgx.Batch{}
		batch.Queue(create, hashOf(owner), hashOf(owner.Share(0)), hashOfKey(key), request,
			item.Title, item.Completed, item.Order)
		batch.Queue(created, hashOf(owner), hashOfKey(key), request)
		first, err = runWrite(ctx, conn, batch, todo.ErrKeyReused)
		return err
	})
	if err != nil {
		return todo.Token{}, todo.Item{}, err
	}
	return owner, todo.Item{ID: first.ID, Title: item.Title, Completed: item.Completed, Order: first.Order}, nil
}
