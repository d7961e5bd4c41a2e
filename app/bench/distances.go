package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"crosscloud/app/pgdev/faults"
)

// roundTrips are those between two hosts of one metropolitan area, of one
// continent, and across the Atlantic.
var roundTrips = []time.Duration{5 * time.Millisecond, 20 * time.Millisecond, 80 * time.Millisecond}

// distances measures what a page and a write take with the database far away,
// for one visitor at a time. They are compared with an empty statement on the
// same way, for the proxy that makes it longer needs some time of its own. An
// empty commit tells how much of a write is the wait for the database's disk.
func (b *bench) distances(ctx context.Context) error {
	way, err := faults.StartWay(b.database)
	if err != nil {
		return err
	}
	defer way.Stop()
	distant, err := startApp(ctx, b.binary, way.URL())
	if err != nil {
		return err
	}
	defer distant.stop()
	page, write := distant.pageOf(b.lists.small), distant.additionsTo(b.lists.writes)
	for _, trip := range roundTrips {
		if err := way.Stretch(trip); err != nil {
			return err
		}
		bare, err := shortest(ctx, way.URL(), b.phase/4, "")
		if err != nil {
			return err
		}
		commit, err := shortest(ctx, way.URL(), b.phase/4, "select pg_logical_emit_message(true, '', '')")
		if err != nil {
			return err
		}
		var warm, reads, writes load
		if err := warm.run(ctx, page, 1, max(b.phase/4, 12*trip)); err != nil { // also opens connections
			return err
		}
		if err := warm.run(ctx, write, 1, max(b.phase/4, 12*trip)); err != nil {
			return err
		}
		if err := reads.run(ctx, page, 1, b.phase); err != nil {
			return err
		}
		if err := writes.run(ctx, write, 1, b.phase); err != nil {
			return err
		}
		group := fmt.Sprintf("database %v away and back", trip)
		b.report.add(group, "an empty statement, p50", bare, "ms", nil)
		b.report.add(group, "an empty commit, p50", commit, "ms", nil)
		b.report.add(group, "page, p50", reads.quantile(0.50)/bare, "round trips", atMost(1.1))
		b.report.add(group, "new item, p50", writes.quantile(0.50)/bare, "round trips", atMost(1.1))
	}
	return nil
}

// shortest is the p50 of a short statement, in milliseconds.
func shortest(ctx context.Context, database string, during time.Duration, sql string) (float64, error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	var asked load
	for begin := time.Now(); len(asked.latencies) == 0 || time.Since(begin) < during; {
		started := time.Now()
		if _, err := conn.Exec(ctx, sql); err != nil {
			return 0, err
		}
		asked.latencies = append(asked.latencies, time.Since(started))
	}
	return asked.quantile(0.50), nil
}
