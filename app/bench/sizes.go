package main

import (
	"context"
	"fmt"
)

// sizes compares the first page of a small list with that of a large one, for
// one visitor at a time. It measures a write in the same way, to be compared
// with those from afar.
func (b *bench) sizes(ctx context.Context) error {
	var warm, small, large, writes load
	if err := warm.run(ctx, b.app.pageOf(b.lists.large), 1, b.phase/4); err != nil {
		return err
	}
	for range b.rounds {
		if err := small.run(ctx, b.app.pageOf(b.lists.small), 1, b.phase/2); err != nil {
			return err
		}
		if err := large.run(ctx, b.app.pageOf(b.lists.large), 1, b.phase/2); err != nil {
			return err
		}
		if err := writes.run(ctx, b.app.additionsTo(b.lists.writes), 1, b.phase/2); err != nil {
			return err
		}
	}
	group := "first page, one visitor"
	b.report.add(group, fmt.Sprintf("p50 with %d items", pageItems), small.quantile(0.50), "ms", nil)
	b.report.add(group, fmt.Sprintf("p50 with %d items, of which 50 are shown", b.large), large.quantile(0.50), "ms", nil)
	b.report.add(group, "ratio", large.quantile(0.50)/small.quantile(0.50), "×", atMost(2))
	// Most of it is the database's wait for its disk, wherever it is.
	b.report.add("new item, one visitor", "p50", writes.quantile(0.50), "ms", nil)
	return nil
}
