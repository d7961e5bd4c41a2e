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
// slot runs it; the store lets one work at a time.
func purgeHourly(ctx context.Context, store *postgres.Store, ttl time.Duration, log *slog.Logger) {
	for {
		n, err := store.Purge(ctx, ttl)
		switch {
		case ctx.Err() != nil:
			return
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
