package postgres

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"crosscloud/app/todo"
)

// turnTimeout bounds the wait for those who came before. It is that of the
// database's lock, which makes the writers of different slots take turns.
const turnTimeout = 2 * time.Second

// turns lets one write to a list at a time have a connection: those that would
// wait for the list's lock wait here instead, so that one busy list does not
// take all connections from the others. The zero value is ready to use.
type turns struct {
	mu    sync.Mutex
	lists map[[sha256.Size]byte]*queue // by the hash of the token that they come with
}

type queue struct {
	turn  chan struct{} // holds one value while nobody has the turn
	users int           // who have the turn or wait for it
}

// take waits for a turn. It ends with done.
func (t *turns) take(ctx context.Context, token todo.Token) (done func(), err error) {
	key := token.Hash()
	t.mu.Lock()
	q := t.lists[key]
	if q == nil {
		if t.lists == nil {
			t.lists = map[[sha256.Size]byte]*queue{}
		}
		q = &queue{turn: make(chan struct{}, 1)}
		q.turn <- struct{}{}
		t.lists[key] = q
	}
	q.users++
	t.mu.Unlock()

	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if q.users--; q.users == 0 {
			delete(t.lists, key)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, turnTimeout)
	defer cancel()
	select {
	case <-q.turn:
		return func() { q.turn <- struct{}{}; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
