package postgres

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"crosscloud/app/todo"
)

const (
	// enoughBatches is how many are under way before pages wait for company.
	// While the database works on one, the app makes what the other brought.
	enoughBatches = 2
	// companyTimeout bounds that wait: a far database is not to be waited for
	// twice.
	companyTimeout = 300 * time.Microsecond
	// batchSize bounds what one connection reads before it can be used again.
	batchSize = 32
)

// together lets pages that are wanted at the same time share a connection and a
// round trip, which takes less CPU time, here and in the database. Nobody who
// comes alone waits for anybody. Who has joined others stays until their batch
// is read, also when their own request is cancelled.
type together struct {
	patience time.Duration // companyTimeout

	mu       sync.Mutex
	waiting  []*pageRead
	underway int // batches, each in the hands of one who wants a page of it
}

// pageRead is a page that somebody wants.
type pageRead struct {
	sql       string
	arguments []any
	limit     int
	step      chan step // holds one

	page todo.Page
	err  error
}

// step is what one who waits does next.
type step int

const (
	finish     step = iota // page or err is there
	lead                   // read a batch
	retryAlone             // the batch was refused, maybe because of another page
)

func (s *Store) readPage(ctx context.Context, read *pageRead) (todo.Page, error) {
	read.step = make(chan step, 1)
	began := time.Now()
	next := s.together.join(read)
	if next == lead {
		next = s.lead(ctx, read)
	}
	if next == retryAlone {
		ctx, cancel := context.WithDeadline(ctx, began.Add(readTimeout))
		defer cancel()
		read.err = s.readAlone(ctx, read)
	}
	return read.page, read.err
}

// lead reads a batch that begins with the caller's page.
func (s *Store) lead(ctx context.Context, read *pageRead) step {
	defer s.together.ended()
	reads := s.together.take(read)
	if len(reads) == 1 {
		read.err = s.readAlone(ctx, read)
		return finish
	}
	s.readBatch(context.WithoutCancel(ctx), reads)
	return <-read.step
}

// join waits for a batch, and for company no longer than patience.
func (t *together) join(read *pageRead) step {
	t.mu.Lock()
	if t.underway < enoughBatches {
		t.underway++
		t.mu.Unlock()
		return lead
	}
	t.waiting = append(t.waiting, read)
	first := len(t.waiting) == 1
	t.mu.Unlock()
	if !first {
		return <-read.step
	}
	timer := time.NewTimer(t.patience)
	defer timer.Stop()
	select {
	case next := <-read.step:
		return next
	case <-timer.C:
	}
	t.mu.Lock()
	if len(t.waiting) > 0 && t.waiting[0] == read {
		t.begin()
	}
	t.mu.Unlock()
	return <-read.step
}

// begin lets the first who waits lead a batch. It needs the lock.
func (t *together) begin() {
	t.underway++
	t.remove(1)[0].step <- lead
}

// remove removes the first n who wait. It needs the lock.
func (t *together) remove(n int) []*pageRead {
	removed := append([]*pageRead(nil), t.waiting[:n]...)
	clear(t.waiting[:n]) // nothing holds their pages
	t.waiting = t.waiting[n:]
	return removed
}

// take makes a batch of a page and those who wait. Whom it has no room for need
// not wait for its end.
func (t *together) take(read *pageRead) []*pageRead {
	t.mu.Lock()
	defer t.mu.Unlock()
	reads := append([]*pageRead{read}, t.remove(min(len(t.waiting), batchSize-1))...)
	if len(t.waiting) > 0 {
		t.begin()
	}
	return reads
}

func (t *together) ended() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.underway--; len(t.waiting) > 0 && t.underway < enoughBatches {
		t.begin()
	}
}

// readBatch tells each as soon as their page is there. It is one transaction:
// what one of the statements noted (see touching) is there for others when all
// are done. One that the server refuses takes those behind it along, so all who
// have no page yet try alone.
func (s *Store) readBatch(ctx context.Context, reads []*pageRead) {
	next := retryAlone
	defer func() {
		recover() // not logged: the page that is the cause panics again when it is read alone
		for _, read := range reads {
			read.step <- next
		}
	}()
	err := s.call(ctx, readTimeout, opPage, func(ctx context.Context, conn *pgx.Conn) error {
		batch := &pgx.Batch{}
		for _, read := range reads {
			batch.Queue(read.sql, read.arguments...)
		}
		results := conn.SendBatch(ctx, batch)
		defer results.Close()
		for len(reads) > 0 {
			err := reads[0].scan(results.Query())
			if err != nil && !errors.Is(err, todo.ErrNotFound) {
				return err
			}
			reads[0].err = translate(ctx, opPage, err)
			reads[0].step <- finish
			reads = reads[1:]
		}
		return nil
	})
	var refused *pgconn.PgError
	var connecting *pgconn.ConnectError
	if errors.As(err, &refused) && !errors.As(err, &connecting) {
		return
	}
	next = finish
	for _, read := range reads {
		read.err = err
	}
}

func (s *Store) readAlone(ctx context.Context, read *pageRead) error {
	return s.call(ctx, readTimeout, opPage, func(ctx context.Context, conn *pgx.Conn) error {
		return read.scan(conn.Query(ctx, read.sql, read.arguments...))
	})
}

func (r *pageRead) scan(rows pgx.Rows, err error) error {
	if err != nil {
		return err
	}
	r.page, err = scanPage(rows, r.limit)
	return err
}
