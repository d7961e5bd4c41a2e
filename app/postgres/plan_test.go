package postgres

import (
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
