package main

import (
	"context"
	"os"
	"slices"
	"time"
)

// starting measures how long a new process takes until it has shown a list:
// the database is there, its migrations are applied.
func (b *bench) starting(ctx context.Context) error {
	var took []time.Duration
	for range b.starts {
		started := time.Now()
		a, err := launchApp(b.binary, b.database)
		if err != nil {
			return err
		}
		err = await(ctx, a.url+"/", cookieOf(b.lists.small))
		took = append(took, time.Since(started))
		a.stop()
		if err != nil {
			return err
		}
	}
	slices.Sort(took)
	binary, err := os.Stat(b.binary)
	if err != nil {
		return err
	}
	b.report.add("start", "from exec to the first list shown, median", milliseconds(took[len(took)/2]), "ms", atMost(100))
	b.report.add("start", "slowest", milliseconds(took[len(took)-1]), "ms", nil)
	b.report.add("start", "image, which is the binary alone", float64(binary.Size())/1e6, "MB", atMost(15))
	return nil
}
