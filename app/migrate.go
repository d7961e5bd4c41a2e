package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"crosscloud/app/postgres"
)

// errReported is a failure that the output already told.
var errReported = errors.New("reported")

func migrateUp(ctx context.Context, config Config, log *slog.Logger, stdout io.Writer) error {
	migrations, err := postgres.Embedded()
	if err != nil {
		return err
	}
	if err := migrations.Up(ctx, config.Database.ConnConfig, log); err != nil {
		return err
	}
	_, err = printStatus(ctx, config, migrations, stdout)
	return err
}

// migrateDown takes the last migration back, unless people's data would go.
func migrateDown(ctx context.Context, config Config, log *slog.Logger, stdout io.Writer) error {
	return takeBack(ctx, config, false, log, stdout)
}

// migrateDownLosing takes it back in any case.
func migrateDownLosing(ctx context.Context, config Config, log *slog.Logger, stdout io.Writer) error {
	return takeBack(ctx, config, true, log, stdout)
}

func takeBack(ctx context.Context, config Config, loseData bool, log *slog.Logger, stdout io.Writer) error {
	migrations, err := postgres.Embedded()
	if err != nil {
		return err
	}
	err = migrations.Down(ctx, config.Database.ConnConfig, loseData, log)
	if loss := (*postgres.LossError)(nil); errors.As(err, &loss) {
		return fmt.Errorf("%w; `migrate down --lose-data` does it all the same", err)
	}
	if err != nil {
		return err
	}
	_, err = printStatus(ctx, config, migrations, stdout)
	return err
}

func migrateStatus(ctx context.Context, config Config, _ *slog.Logger, stdout io.Writer) error {
	migrations, err := postgres.Embedded()
	if err != nil {
		return err
	}
	status, err := printStatus(ctx, config, migrations, stdout)
	if err == nil && status.Pending() > 0 {
		return errReported
	}
	return err
}

func printStatus(ctx context.Context, config Config, migrations *postgres.Migrations, stdout io.Writer) (postgres.Status, error) {
	status, err := migrations.Status(ctx, config.Database.ConnConfig)
	if err != nil {
		return status, err
	}
	fmt.Fprintf(stdout, "applied %d, known %d, pending %d", status.Applied, status.Known, status.Pending())
	if status.Ahead() > 0 {
		fmt.Fprint(stdout, ": the database has migrations that this release lacks")
	}
	_, err = fmt.Fprintln(stdout)
	return status, err
}

const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 15 * time.Second
)

// migrateEventually applies pending migrations, however often it takes: the
// database may be away, or the migration may have to wait for a lock. It
// returns when they are applied or ctx ends.
func migrateEventually(ctx context.Context, migrations *postgres.Migrations, config *pgx.ConnConfig, log *slog.Logger) {
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		err := migrations.Up(ctx, config, log)
		if err == nil {
			log.Info("migrations are applied")
			return
		}
		if ctx.Err() != nil {
			return
		}
		log.Warn("migrations are pending", "error", err, "retry_in", wait.String())
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
