package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"
)

//go:embed migrations/*.sql
var embedded embed.FS

// versionTable holds the number of the last applied migration.
const versionTable = "public.schema_version"

// Migrations are numbered SQL files; the zero value is not usable.
type Migrations struct {
	files fs.FS
	count int32
}

// Embedded returns the migrations that this binary was built with.
func Embedded() (*Migrations, error) {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return nil, err
	}
	return load(files)
}

// load refuses a gap or a duplicate in the numbers before any database is asked.
func load(files fs.FS) (*Migrations, error) {
	names, err := migrate.FindMigrations(files)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return &Migrations{files: files, count: int32(len(names))}, nil
}

// Status says how far a database is.
type Status struct {
	Applied int32 // number of the last applied migration, 0 for none
	Known   int32 // number of the last one that this binary has
}

// Pending is the number of migrations still to apply.
func (s Status) Pending() int32 { return max(0, s.Known-s.Applied) }

// Ahead is the number of migrations that the binary lacks: a newer release
// applied them, or they were applied before their files went.
func (s Status) Ahead() int32 { return max(0, s.Applied-s.Known) }

// Up applies what is pending. Any number of processes may call it at the same
// time: tern's advisory lock lets one work, and the others find it done.
// The error is todo.ErrUnavailable where the same call can succeed later, and
// anything else where the migrations themselves are at fault.
func (m *Migrations) Up(ctx context.Context, config *pgx.ConnConfig, log *slog.Logger) error {
	conn, err := connectToMigrate(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return classify(conn, "migrate", m.apply(ctx, conn, log))
}

func connectToMigrate(ctx context.Context, config *pgx.ConnConfig) (*pgx.Conn, error) {
	config = config.Copy()
	// A migration may take its time, but not while it waits for a lock: every
	// query that comes later queues behind it. It fails and is tried again.
	config.RuntimeParams["statement_timeout"] = "0"
	config.RuntimeParams["lock_timeout"] = "10s"
	for name := range planning {
		delete(config.RuntimeParams, name) // a migration may have to read whole tables
	}
	return connect(ctx, config)
}

// connect tells why it cannot in words for a person: the server may have answered.
func connect(ctx context.Context, config *pgx.ConnConfig) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, config)
	if err == nil {
		return conn, nil
	}
	err = fmt.Errorf("cannot use the database: %w", err)
	if temporary(err) {
		return nil, unavailableError{err}
	}
	return nil, err
}

func classify(conn *pgx.Conn, op string, err error) error {
	switch {
	case err == nil:
		return nil
	case passing(conn, err):
		return unavailableError{fmt.Errorf("%s: %w", op, err)}
	}
	return fmt.Errorf("%s: %w", op, err)
}

// passing tells a database that went away, or that is busy, from a migration
// that it refuses. A table that a migration names and nobody made is a mistake
// in the migration.
func passing(conn *pgx.Conn, err error) bool {
	var answer *pgconn.PgError
	if errors.As(err, &answer) {
		return answer.Code != "42P01" && temporary(err)
	}
	return conn.IsClosed() // what breaks a connection, or an impatient caller, closes it
}

func (m *Migrations) apply(ctx context.Context, conn *pgx.Conn, log *slog.Logger) error {
	status, err := m.status(ctx, conn)
	if err != nil {
		return err
	}
	if status.Ahead() > 0 { // tern takes it for a mistake
		log.Warn("the database has migrations that this release lacks", "applied", status.Applied, "known", status.Known)
	}
	if status.Pending() == 0 {
		return nil
	}
	migrator, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return err
	}
	if err := migrator.LoadMigrations(m.files); err != nil {
		return err
	}
	migrator.OnStart = func(_ int32, name, _, _ string) { log.Info("applying migration", "migration", name) }
	return migrator.Migrate(ctx)
}

// Status asks the database how far it is, without changing it.
func (m *Migrations) Status(ctx context.Context, config *pgx.ConnConfig) (Status, error) {
	conn, err := connect(ctx, config)
	if err != nil {
		return Status{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	status, err := m.status(ctx, conn)
	return status, translate(ctx, "ask for the applied migrations", err)
}

type queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func (m *Migrations) status(ctx context.Context, db queryer) (Status, error) {
	status := Status{Known: m.count}
	err := db.QueryRow(ctx, "select version from "+versionTable).Scan(&status.Applied)
	var answer *pgconn.PgError
	if errors.As(err, &answer) && answer.Code == "42P01" || errors.Is(err, pgx.ErrNoRows) {
		err = nil // nothing has ever been migrated here
	}
	return status, err
}
