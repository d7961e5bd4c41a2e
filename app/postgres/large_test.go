package postgres

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

const large = 100_000

// fill adds open and completed items in turn, without the store.
func fill(t testing.TB, store *Store, owner todo.Access, items int) {
	t.Helper()
	_, err := store.pool.Exec(t.Context(), `
		with new as (
		    insert into todos (list, title, completed, position)
		    select id, 'item ' || n, n % 2 = 0, n + 1 from lists, generate_series(1, $2) n where owner = $1
		    returning list, completed
		)
		update lists set total = total + $2, open = open + (select count(*) from new where not completed) where owner = $1`,
		hashOf(owner.Token), items)
	require.NoError(t, err)
}

// analyze is what Postgres does by itself after a minute.
func analyze(t testing.TB, store *Store) {
	t.Helper()
	_, err := store.pool.Exec(t.Context(), "analyze")
	require.NoError(t, err)
}

func TestWritesToAllOfALargeListFitTheirTimeout(t *testing.T) {
	store := migrated(t)
	owner, _ := newList(t, store)
	fill(t, store, owner, large)
	analyze(t, store)
	changed, err := store.SetAll(t.Context(), owner, newKey(), true)
	require.NoError(t, err)
	assert.Equal(t, large/2+1, changed)
	key := newKey()
	deleted, err := store.DeleteCompleted(t.Context(), owner, key)
	require.NoError(t, err)
	assert.Equal(t, large+1, deleted)
	assert.Equal(t, todo.Page{Items: []todo.Item{}, Version: 3, Undoable: large + 1}, page(t, store, owner, todo.Query{Undo: key}))
	restored, err := store.Undo(t.Context(), owner, newKey(), key)
	require.NoError(t, err)
	assert.Equal(t, large+1, restored)
	deleted, err = store.DeleteAll(t.Context(), owner, newKey())
	require.NoError(t, err)
	assert.Equal(t, large+1, deleted)
	assert.Zero(t, page(t, store, owner, todo.Query{}).Total)
}

// What a page costs is told in rows that the plan touches, which no busy
// machine changes. The plan is the one that serves any parameters.
func TestAPageOfALargeListTouchesAsFewRowsAsOfASmallOne(t *testing.T) {
	store := migrated(t)
	small, _ := newList(t, store)
	fill(t, store, small, 200)
	owner, _ := newList(t, store)
	fill(t, store, owner, large)
	analyze(t, store)
	middle := todo.Cursor{Order: large / 2, ID: large / 2}
	for show, sql := range pages {
		for _, before := range []*todo.Cursor{nil, &middle} {
			name := fmt.Sprintf("%s before %v", show, before)
			few, many := rowsTouched(t, store, sql.owner, small, before), rowsTouched(t, store, sql.owner, owner, before)
			assert.Less(t, many, 8*51, name) // nodes of the plan, and rows
			if before == nil {
				assert.Equal(t, few, many, name)
			}
		}
	}
}

// rowsTouched adds up what each node of the executed plan read.
func rowsTouched(t *testing.T, store *Store, sql string, access todo.Access, before *todo.Cursor) int {
	t.Helper()
	if before == nil {
		before = &todo.Cursor{Order: math.MaxInt64, ID: math.MaxInt64}
	}
	conn, err := store.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	_, err = conn.Exec(t.Context(), "prepare page as "+sql)
	require.NoError(t, err)
	defer conn.Exec(t.Context(), "deallocate page")
	var text string
	require.NoError(t, conn.QueryRow(t.Context(), fmt.Sprintf(`explain (analyze, format json) execute page ('\x%x', %d, %d, 51, null)`,
		hashOf(access.Token), before.Order, before.ID)).Scan(&text))
	var plans []struct{ Plan plan }
	require.NoError(t, json.Unmarshal([]byte(text), &plans))
	return plans[0].Plan.rows()
}

type plan struct {
	Rows    float64 `json:"Actual Rows"`
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Plans   []plan  `json:"Plans"`
}

func (p plan) rows() int {
	sum := int((p.Rows + p.Removed) * p.Loops)
	for _, child := range p.Plans {
		sum += child.rows()
	}
	return sum
}
