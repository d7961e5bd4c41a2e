package postgres

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/todo"
)

func TestMain(m *testing.M) { os.Exit(pgdev.Main(m)) }

// parsed is the configuration of an empty database of the test's own.
func parsed(t testing.TB) *pgxpool.Config {
	t.Helper()
	config, err := ParseURL(pgdev.Database(t))
	require.NoError(t, err)
	return config
}

func open(t testing.TB, config *pgxpool.Config) *Store {
	t.Helper()
	store, err := Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(store.Close)
	return store
}

// migratedConfig is the configuration of a database whose schema is in place.
func migratedConfig(t testing.TB) *pgxpool.Config {
	t.Helper()
	return withSchema(t, parsed(t))
}

func withSchema(t testing.TB, config *pgxpool.Config) *pgxpool.Config {
	t.Helper()
	migrations, err := Embedded()
	require.NoError(t, err)
	require.NoError(t, migrations.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
	return config
}

func migrated(t testing.TB) *Store {
	t.Helper()
	return open(t, migratedConfig(t))
}

// slots are several stores on the database of one, as in a rollout: their
// writers meet in the database and nowhere else.
func slots(t testing.TB, store *Store) []*Store {
	t.Helper()
	all := []*Store{store}
	for range 3 {
		config := store.pool.Config()
		config.MaxConns = 4 // of the 100 that all tests share
		all = append(all, open(t, config))
	}
	return all
}

var keys atomic.Int64

// newKey is a key that no other write has.
func newKey() todo.Key { return todo.Key{Name: fmt.Sprintf("key-%d", keys.Add(1))} }

// newList is a list with one open item "first", and its owner's access.
func newList(t testing.TB, store *Store) (todo.Access, todo.Item) {
	t.Helper()
	token, item, err := store.Create(t.Context(), newKey(), todo.NewItem{Title: "first"})
	require.NoError(t, err)
	return todo.Access{Token: token, Owner: true}, item
}

func add(t testing.TB, store *Store, access todo.Access, title todo.Title) todo.Item {
	t.Helper()
	item, err := store.Add(t.Context(), access, newKey(), todo.NewItem{Title: title})
	require.NoError(t, err)
	return item
}

func complete(t testing.TB, store *Store, access todo.Access, id int64) {
	t.Helper()
	yes := true
	_, err := store.Edit(t.Context(), access, newKey(), id, todo.Changes{Completed: &yes})
	require.NoError(t, err)
}

// page reads up to 100 items and checks what must hold for every list.
func page(t testing.TB, store *Store, access todo.Access, query todo.Query) todo.Page {
	t.Helper()
	if query.Limit == 0 {
		query.Limit = 100
	}
	page, err := store.Page(t.Context(), access, query)
	require.NoError(t, err)
	var total, open int
	require.NoError(t, store.pool.QueryRow(t.Context(), `
		select count(*), count(*) filter (where not completed)
		  from todos join lists on lists.id = list
		 where (owner = $1 or share = $1) and deletion = 0`, hashOf(access.Token)).Scan(&total, &open))
	assert.Equal(t, total, page.Total, "the counter of all items")
	assert.Equal(t, open, page.Open, "the counter of open items")
	return page
}

// titles are what a page shows, from the top, such as "third second first".
func titles(page todo.Page) string {
	var all []string
	for _, item := range page.Items {
		all = append(all, string(item.Title))
	}
	return strings.Join(all, " ")
}

// guest is the access that the owner's share link gives at present.
func guest(t testing.TB, store *Store, owner todo.Access) todo.Access {
	t.Helper()
	return todo.Access{Token: owner.Token.Share(page(t, store, owner, todo.Query{}).ShareEpoch)}
}

func ptr[T any](value T) *T { return &value }
