package postgres

import (
	"context"
	"io/fs"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/tern/v2/migrate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

var quiet = slog.New(slog.DiscardHandler)

// schema is what the system catalogs say of a database's tables and indexes.
func schema(t *testing.T, config *pgxpool.Config) string {
	t.Helper()
	conn, err := pgx.ConnectConfig(t.Context(), config.ConnConfig)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	rows, err := conn.Query(t.Context(), `
		select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
		 where table_schema = 'public' and table_name <> 'schema_version'
		union all select indexdef from pg_indexes where schemaname = 'public' and tablename <> 'schema_version'
		union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace
		order by 1`)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return strings.Join(all, "\n")
}

// Each migration is taken back to exactly what was there before it.
func TestEveryMigrationHasAWayBack(t *testing.T) {
	config := parsed(t)
	all, err := Embedded()
	require.NoError(t, err)
	before := []string{schema(t, config)}
	for number := int32(1); number <= all.count; number++ {
		part := &Migrations{files: upTo(t, all, number), count: number}
		require.NoError(t, part.Up(t.Context(), config.ConnConfig, quiet))
		before = append(before, schema(t, config))
	}
	for number := all.count; number > 0; number-- {
		require.Equal(t, before[number], schema(t, config))
		require.NoError(t, all.Down(t.Context(), config.ConnConfig, false, quiet), "nothing is stored")
		assert.Equal(t, before[number-1], schema(t, config), "after taking migration %d back", number)
	}
	assert.ErrorIs(t, all.Down(t.Context(), config.ConnConfig, true, quiet), ErrNothingApplied)
	require.NoError(t, all.Up(t.Context(), config.ConnConfig, quiet))
	assert.Equal(t, before[all.count], schema(t, config))
}

// upTo are the first migrations alone.
func upTo(t *testing.T, all *Migrations, last int32) fstest.MapFS {
	t.Helper()
	names, err := migrate.FindMigrations(all.files)
	require.NoError(t, err)
	part := fstest.MapFS{}
	for _, name := range names[:last] {
		text, err := fs.ReadFile(all.files, name)
		require.NoError(t, err)
		part[name] = &fstest.MapFile{Data: text}
	}
	return part
}

func TestDownRefusesToDeleteData(t *testing.T) {
	config := migratedConfig(t)
	all, err := Embedded()
	require.NoError(t, err)
	for range all.count - 2 { // later ones may keep everything
		require.NoError(t, all.Down(t.Context(), config.ConnConfig, false, quiet))
	}
	migrations := &Migrations{files: upTo(t, all, 2), count: 2}
	store := open(t, config)
	owner, _ := newList(t, store)
	var loss *LossError
	require.ErrorAs(t, migrations.Down(t.Context(), config.ConnConfig, false, quiet), &loss)
	assert.Equal(t, &LossError{Migration: "002_create_lists.sql", Tables: []string{"lists", "todos", "writes"}}, loss)
	assert.Equal(t, "first", titles(page(t, store, owner, todo.Query{})), "nothing happened")

	require.NoError(t, migrations.Down(t.Context(), config.ConnConfig, true, quiet))
	status, err := migrations.Status(t.Context(), config.ConnConfig)
	require.NoError(t, err)
	assert.EqualValues(t, 1, status.Pending())
	_, err = store.Page(t.Context(), owner, todo.Query{Limit: 1})
	assert.ErrorIs(t, err, todo.ErrUnavailable, "pending migrations")
}

func TestDownRefusesToDeleteAColumnOfATableWithRows(t *testing.T) {
	config := parsed(t)
	migrations, err := load(fstest.MapFS{
		"001_a.sql": &fstest.MapFile{Data: []byte("create table a (n int); insert into a values (1);")},
		"002_b.sql": &fstest.MapFile{Data: []byte("alter table a add m int;\n---- create above / drop below ----\nalter table a drop m;")},
	})
	require.NoError(t, err)
	require.NoError(t, migrations.Up(t.Context(), config.ConnConfig, quiet))
	var loss *LossError
	require.ErrorAs(t, migrations.Down(t.Context(), config.ConnConfig, false, quiet), &loss)
	assert.Equal(t, []string{"a"}, loss.Tables)
	require.NoError(t, migrations.Down(t.Context(), config.ConnConfig, true, quiet))
	err = migrations.Down(t.Context(), config.ConnConfig, true, quiet)
	assert.ErrorContains(t, err, "001_a.sql has no way back")
	assert.NotErrorIs(t, err, todo.ErrUnavailable)
}

func TestDownLeavesANewerReleasesMigrationAlone(t *testing.T) {
	config := parsed(t)
	newer, err := load(files("001_a.sql", "002_b.sql"))
	require.NoError(t, err)
	require.NoError(t, newer.Up(t.Context(), config.ConnConfig, quiet))
	older, err := load(files("001_a.sql"))
	require.NoError(t, err)
	assert.ErrorContains(t, older.Down(t.Context(), config.ConnConfig, true, quiet), "use the release that applied it")
}
