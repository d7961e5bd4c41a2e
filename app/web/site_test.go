package web

import (
	"bytes"
	"context"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/postgres"
	"crosscloud/app/todo"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) { os.Exit(pgdev.Main(m)) }

// site is the whole handler on a migrated database of the test's own.
type site struct {
	http.Handler
	t        *testing.T
	store    *postgres.Store
	database *pgxpool.Config
	log      *bytes.Buffer
}

func newSite(t *testing.T) *site {
	t.Helper()
	config, err := postgres.ParseURL(pgdev.Database(t))
	require.NoError(t, err)
	migrations, err := postgres.Embedded()
	require.NoError(t, err)
	require.NoError(t, migrations.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
	store, err := postgres.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(store.Close)
	s := &site{t: t, store: store, database: config, log: &bytes.Buffer{}}
	s.Handler = New(store, func(ctx context.Context) error { return store.Ready(ctx, migrations) }, testLog(s))
	return s
}

func testLog(s *site) *slog.Logger {
	return slog.New(LogHandler(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

func (s *site) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r.WithContext(s.t.Context()))
	return w
}

func (s *site) get(path string) *httptest.ResponseRecorder {
	return s.do(httptest.NewRequest("GET", path, nil))
}

func form(path string, pairs ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (s *site) post(path string, pairs ...string) *httptest.ResponseRecorder {
	return s.do(form(path, pairs...))
}

func (s *site) add(titles ...todo.Title) {
	s.t.Helper()
	for _, title := range titles {
		require.NoError(s.t, s.store.Add(s.t.Context(), title))
	}
}

func (s *site) items() []todo.Item {
	s.t.Helper()
	page, err := s.store.List(s.t.Context(), 1000)
	require.NoError(s.t, err)
	return page.Items
}

// sql changes the database behind the app's back.
func (s *site) sql(statement string) {
	s.t.Helper()
	conn, err := pgx.ConnectConfig(s.t.Context(), s.database.ConnConfig)
	require.NoError(s.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(s.t.Context(), statement)
	require.NoError(s.t, err)
}

// golden compares with a file below testdata; -update writes the file instead.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "if the change is meant: go test ./app/web -update")
}
