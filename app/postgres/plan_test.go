package postgres

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// Also a plan that was made while the tables were empty, as in this test.
func TestEveryStatementFindsItsRowsByAnIndex(t *testing.T) {
	store := migrated(t)
	texts := map[string]string{
		"create": create, "created": created,
		"expire lists": expireLists, "forget deleted": forgetDeleted, "forget writes": forgetWrites,
	}
	for name, both := range map[string]statement{
		"lock": lock, "all": pages[todo.All], "active": pages[todo.Active], "completed": pages[todo.Completed],
		"item": itemOf, "add": addWork, "edit": editWork, "set all": setAllWork, "delete": deleteWork,
		"delete completed": deleteCompletedWork, "delete all": deleteAllWork, "undo": undoWork, "replace share": replaceShareWork,
	} {
		texts[name+" by the owner"], texts[name+" by a guest"] = both.owner, both.share
	}
	conn, err := store.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	for name, sql := range texts {
		arguments := 0
		for strings.Contains(sql, fmt.Sprintf("$%d", arguments+1)) {
			arguments++
		}
		_, err := conn.Exec(t.Context(), "prepare tried as "+sql)
		require.NoError(t, err, name)
		rows, err := conn.Query(t.Context(), "explain execute tried ("+strings.TrimSuffix(strings.Repeat("null,", arguments), ",")+")")
		require.NoError(t, err)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err, name)
		assert.NotContains(t, strings.Join(plan, "\n"), "Seq Scan", name)
		// Not by who was not there today, which is nearly everybody.
		if !strings.HasPrefix(name, "expire") {
			assert.NotContains(t, strings.Join(plan, "\n"), "lists_touched", name)
		}
		_, err = conn.Exec(t.Context(), "deallocate tried")
		require.NoError(t, err)
	}
}

// A connection keeps its plans until Postgres has counted the rows anew, a minute
// after there are many more. Until then the plans of a site that was empty must
// do. What they read is told in blocks, which no busy machine changes.
func TestAPlanThatWasMadeEarlyStaysGood(t *testing.T) {
	const mostBlocks = 100 // there are more than that of lists, of items, and of the writes to each list
	for name, begin := range map[string]func(*testing.T, *Store){
		"never analyzed": func(*testing.T, *Store) {},
		"analyzed with one short list": func(t *testing.T, store *Store) {
			newList(t, store)
			analyze(t, store)
		},
		"analyzed with a long list and a short one": func(t *testing.T, store *Store) {
			owner, _ := newList(t, store)
			newList(t, store)
			fill(t, store, owner, large/10)
			analyze(t, store)
		},
	} {
		t.Run(name, func(t *testing.T) {
			config := migratedConfig(t)
			config.MaxConns = 1
			store := open(t, config)
			begin(t, store)
			owner, item := newList(t, store)
			for _, one := range calls(store, owner, item) {
				require.NoError(t, one.call(t.Context()), one.name)
			}
			_, err := store.pool.Exec(t.Context(), `
				with others as (
				    insert into lists (owner, share, total, open)
				    select sha256(('o' || n)::bytea), sha256(('s' || n)::bytea), 5, 5 from generate_series(1, 5000) n
				    returning id
				), items as (
				    insert into todos (list, title, position)
				    select id, 'item', n from others, generate_series(1, 5) n
				)
				insert into writes (list, key, request)
				select id, sha256(n::text::bytea), sha256('') from lists, generate_series(1, 5000) n`)
			require.NoError(t, err)
			for _, one := range calls(store, owner, item) {
				before := blocksRead(t, store)
				require.NoError(t, one.call(t.Context()), one.name)
				assert.Less(t, blocksRead(t, store)-before, mostBlocks, one.name)
			}
		})
	}
}

type namedCall struct {
	name string
	call func(context.Context) error
}

// calls are what visitors ask for. Each reads or changes a page at most.
func calls(store *Store, owner todo.Access, item todo.Item) []namedCall {
	deleted, cleared := newKey(), newKey()
	page := func(query todo.Query) func(context.Context) error {
		query.Limit = 50
		return func(ctx context.Context) error {
			_, err := store.Page(ctx, owner, query)
			return err
		}
	}
	complete := true
	return []namedCall{
		{"page", page(todo.Query{})},
		{"page of open items", page(todo.Query{Show: todo.Active})},
		{"page of completed items", page(todo.Query{Show: todo.Completed})},
		{"item", func(ctx context.Context) error {
			_, err := store.Item(ctx, owner, item.ID)
			return err
		}},
		{"add", func(ctx context.Context) error {
			_, err := store.Add(ctx, owner, newKey(), todo.NewItem{Title: "another"})
			return err
		}},
		{"delete", func(ctx context.Context) error { return store.Delete(ctx, owner, deleted, item.ID) }},
		{"page after deleting", page(todo.Query{Undo: deleted})},
		{"undo", func(ctx context.Context) error {
			_, err := store.Undo(ctx, owner, newKey(), deleted)
			return err
		}},
		{"edit", func(ctx context.Context) error {
			_, err := store.Edit(ctx, owner, newKey(), item.ID, todo.Changes{Completed: &complete})
			return err
		}},
		{"set all", func(ctx context.Context) error {
			_, err := store.SetAll(ctx, owner, newKey(), true)
			return err
		}},
		{"delete completed", func(ctx context.Context) error {
			_, err := store.DeleteCompleted(ctx, owner, cleared)
			return err
		}},
		{"undo that", func(ctx context.Context) error {
			_, err := store.Undo(ctx, owner, newKey(), cleared)
			return err
		}},
		{"replace the share link", func(ctx context.Context) error {
			_, err := store.ReplaceShare(ctx, owner, newKey())
			return err
		}},
		{"create", func(ctx context.Context) error {
			_, _, err := store.Create(ctx, newKey(), todo.NewItem{Title: "first"})
			return err
		}},
	}
}

// blocksRead is how many blocks of our tables and their indexes were read, from
// memory or not. It needs a pool of one connection, for each counts for itself
// and tells now and then.
func blocksRead(t *testing.T, store *Store) int {
	t.Helper()
	_, err := store.pool.Exec(t.Context(), "select pg_stat_force_next_flush()")
	require.NoError(t, err)
	var blocks int
	require.NoError(t, store.pool.QueryRow(t.Context(), `
		select sum(heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::bigint
		  from pg_statio_user_tables where relname in ('lists', 'todos', 'writes')`).Scan(&blocks))
	return blocks
}
