package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"crosscloud/app/pgdev"
)

// bench is what all measurements share.
type bench struct {
	plan
	dir      string // for whatever the run leaves behind; removed at its end
	postgres pgdev.Installation
	database string // URL
	binary   string // of the app
	app      *app   // beside its database
	lists    lists
	report   *report
}

// measure sets everything up, measures, and takes it down.
func measure(ctx context.Context, chosen plan) (*report, error) {
	b := &bench{plan: chosen, report: &report{Time: time.Now().UTC(), Machine: thisMachine()}}
	var err error
	if b.dir, err = os.MkdirTemp("", "crosscloud-bench-"); err != nil {
		return nil, err
	}
	defer os.RemoveAll(b.dir)
	// nginx's workers and Postgres are other users where this one is root.
	if err := os.Chmod(b.dir, 0o755); err != nil {
		return nil, err
	}
	if b.postgres, err = pgdev.Find(); err != nil {
		return nil, err
	}
	server, err := pgdev.Start(ctx, filepath.Join(b.dir, "postgres"))
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	if b.database, err = server.EnsureDatabase(ctx, "todo"); err != nil {
		return nil, err
	}
	if b.binary, err = build(ctx, b.dir); err != nil {
		return nil, err
	}
	if b.app, err = startApp(ctx, b.binary, b.database); err != nil {
		return nil, err
	}
	defer b.app.stop()
	if b.lists, err = makeLists(ctx, b.app.url, b.database, b.large); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name string
		run  func(context.Context) error
	}{
		{"rates", b.rates}, {"sizes of lists", b.sizes}, {"distances", b.distances}, {"starts", b.starting},
	} {
		fmt.Fprintf(os.Stderr, "bench: %s …\n", part.name)
		if err := part.run(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return b.report, nil
}
