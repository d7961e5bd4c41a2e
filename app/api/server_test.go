package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/postgres"
	"crosscloud/app/request"
	"crosscloud/app/todo"
)

func TestMain(m *testing.M) { os.Exit(pgdev.Main(m)) }

// server is the API on a socket, before a database of the test's own that has
// one list without items.
type server struct {
	*httptest.Server
	t        *testing.T
	store    *postgres.Store
	database *pgxpool.Config
	owner    todo.Token
	todos    string // the address of the list's todos
	log      bytes.Buffer
}

func newServer(t *testing.T) *server {
	t.Helper()
	config, err := postgres.ParseURL(pgdev.Database(t))
	require.NoError(t, err)
	migrations, err := postgres.Embedded()
	require.NoError(t, err)
	require.NoError(t, migrations.Up(t.Context(), config.ConnConfig, slog.New(slog.DiscardHandler)))
	store, err := postgres.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(store.Close)

	s := &server{t: t, store: store, database: config}
	s.serve(store)
	s.todos = s.URL + s.newList()
	return s
}

func (s *server) serve(store todo.Store) {
	s.Server = httptest.NewServer(request.Identify(New(store, slog.New(slog.NewTextHandler(&s.log, nil)))))
	s.t.Cleanup(s.Close)
}

// newList is the path of the todos of a list without items. The last one's
// owner is s.owner.
func (s *server) newList() string {
	s.t.Helper()
	var err error
	s.owner, _, err = s.store.Create(s.t.Context(), todo.Key{Name: rand.Text()}, todo.NewItem{Title: "first"})
	require.NoError(s.t, err)
	_, err = s.store.DeleteAll(s.t.Context(), todo.Access{Token: s.owner, Owner: true}, todo.Key{Name: "empty"})
	require.NoError(s.t, err)
	return "/l/" + s.owner.Share(0).String() + "/todos"
}

// reply is a response that was compared with the OpenAPI document.
type reply struct {
	*http.Response
	text string
}

// do sends a request; header are names and values. A body is sent as JSON
// unless they say otherwise.
func (s *server) do(method, url, body string, header ...string) reply {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, url, strings.NewReader(body))
	require.NoError(s.t, err)
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			request.Host = header[i+1]
		} else {
			request.Header.Add(header[i], header[i+1])
		}
	}
	if _, set := request.Header["Content-Type"]; body != "" && !set {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultTransport.RoundTrip(request) // follows no redirects
	require.NoError(s.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	answered := reply{response, string(text)}
	checkDocumented(s.t, request, body, answered)
	return answered
}

func (s *server) get(url string) reply { s.t.Helper(); return s.do("GET", url, "") }

// add adds a todo and returns it.
func (s *server) add(body string) representation {
	s.t.Helper()
	answered := s.do("POST", s.todos, body)
	require.Equal(s.t, http.StatusCreated, answered.StatusCode, answered.text)
	return decoded[representation](s.t, answered)
}

// list are the todos of the first page.
func (s *server) list() []representation {
	s.t.Helper()
	answered := s.get(s.todos)
	require.Equal(s.t, http.StatusOK, answered.StatusCode, answered.text)
	return decoded[[]representation](s.t, answered)
}

func decoded[T any](t *testing.T, r reply) (value T) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(r.text), &value), r.text)
	return value
}

// sql changes the database behind the app's back.
func (s *server) sql(statement string) {
	s.t.Helper()
	conn, err := pgx.ConnectConfig(s.t.Context(), s.database.ConnConfig)
	require.NoError(s.t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(s.t.Context(), statement)
	require.NoError(s.t, err)
}
