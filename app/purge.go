package main

import (
	"context"
	"log/slog"
	"time"

	"crosscloud/app/postgres"
)

// purgePeriod is how often this process looks for what nobody needs any more.
const purgePeriod = time.Hour

// purgeHourly deletes forgotten lists and old memories until ctx ends. Every
// slot runs it; the store lets one work at a time. Each time is told to count.
func purgeHourly(ctx context.Context, store *postgres.Store, ttl time.Duration, log *slog.Logger, count func(int, error)) {
	for {
		n, err := store.Purge(ctx, ttl)
		if ctx.Err() != nil {
			return
		}
		count(n, err)
		switch {
		case err != nil:
			log.Warn("purging ended early", "error", err, "rows", n, "retry_in", purgePeriod.String())
		case n > 0:
			log.Info("purged what nobody needs any more", "rows", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(purgePeriod):
		}
	}
}
