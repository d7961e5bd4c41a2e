package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"
)

// ErrNothingApplied means that there is no migration to take back.
var ErrNothingApplied = errors.New("no migration is applied")

// LossError means that taking a migration back would delete what people stored.
type LossError struct {
	Migration string
	Tables    []string // that have rows, and that would lose all or some columns
}

func (e *LossError) Error() string {
	return fmt.Sprintf("taking %s back would delete data of: %s", e.Migration, strings.Join(e.Tables, ", "))
}

// ternLock is the advisory lock that tern holds while it migrates.
const ternLock = int64(9628173550095224)

// Down takes the last applied migration back. It refuses with a *LossError,
// and changes nothing, where rows or columns with rows would go, unless
// loseData allows it. As with Up, todo.ErrUnavailable may pass by itself.
func (m *Migrations) Down(ctx context.Context, config *pgx.ConnConfig, loseData bool, log *slog.Logger) error {
	conn, err := connectToMigrate(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return m.down(ctx, tx, loseData, log) })
	return classify(conn, "migrate down", err)
}

// down is tern's step with a look at what it deletes, in one transaction.
func (m *Migrations) down(ctx context.Context, tx pgx.Tx, loseData bool, log *slog.Logger) error {
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", ternLock); err != nil {
		return err
	}
	status, err := m.status(ctx, tx)
	if err != nil {
		return err
	}
	switch {
	case status.Applied == 0:
		return ErrNothingApplied
	case status.Applied > status.Known:
		return fmt.Errorf("the database has migration %d and this release knows %d: use the release that applied it",
			status.Applied, status.Known)
	}
	last, err := m.migration(ctx, status.Applied)
	if err != nil {
		return err
	}
	if last.DownSQL == "" {
		return fmt.Errorf("%s has no way back", last.Name)
	}
	log.Info("taking migration back", "migration", last.Name)
	before, err := storedColumns(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, last.DownSQL); err != nil {
		return fmt.Errorf("%s: %w", last.Name, err)
	}
	after, err := columns(ctx, tx)
	if err != nil {
		return err
	}
	var lost []string
	for _, column := range before {
		if !slices.Contains(after, column) && !slices.Contains(lost, column.table) {
			lost = append(lost, column.table)
		}
	}
	if len(lost) > 0 && !loseData {
		return &LossError{Migration: last.Name, Tables: lost}
	}
	_, err = tx.Exec(ctx, "update "+versionTable+" set version = $1", status.Applied-1)
	return err
}

func (m *Migrations) migration(ctx context.Context, number int32) (*migrate.Migration, error) {
	reader, err := migrate.NewMigrator(ctx, nil, versionTable)
	if err != nil {
		return nil, err
	}
	if err := reader.LoadMigrations(m.files); err != nil {
		return nil, err
	}
	return reader.Migrations[number-1], nil
}

type column struct{ table, name string }

// columns are those of all tables but the ones whose rows migrations wrote.
func columns(ctx context.Context, tx pgx.Tx) ([]column, error) {
	rows, err := tx.Query(ctx, `
		select c.table_name, c.column_name
		  from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
		 where table_schema = 'public' and table_type = 'BASE TABLE'
		   and table_name not in ('schema_version', 'creation_secret')
		 order by 1, 2`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (c column, err error) {
		err = row.Scan(&c.table, &c.name)
		return c, err
	})
}

// storedColumns are the columns of tables that have rows. It locks all tables,
// so that none gets its first row later.
func storedColumns(ctx context.Context, tx pgx.Tx) ([]column, error) {
	all, err := columns(ctx, tx)
	if err != nil {
		return nil, err
	}
	var stored []column
	filled := map[string]bool{}
	for _, column := range all {
		if _, known := filled[column.table]; !known {
			name := pgx.Identifier{"public", column.table}.Sanitize()
			if _, err := tx.Exec(ctx, "lock table "+name); err != nil {
				return nil, err
			}
			var some bool
			if err := tx.QueryRow(ctx, "select exists (select from "+name+")").Scan(&some); err != nil {
				return nil, err
			}
			filled[column.table] = some
		}
		if filled[column.table] {
			stored = append(stored, column)
		}
	}
	return stored, nil
}
