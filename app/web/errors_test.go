package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/postgres"
)

// cutOff is a site whose database has gone away.
func cutOff(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	away := s.database.Copy()
	away.ConnConfig.Port = 1 // nothing listens there
	store, err := postgres.Open(t.Context(), away)
	require.NoError(t, err)
	t.Cleanup(store.Close)
	s.Handler = New(store, func(ctx context.Context) error {
		_, err := store.List(ctx, 1)
		return err
	}, testLog(s))
	return s
}

func TestWithoutTheDatabaseThereIsAPageThatSaysSo(t *testing.T) {
	s := cutOff(t)
	for _, r := range []*http.Request{
		httptest.NewRequest("GET", "/", nil),
		form("/add", "todo", "lost?"),
		form("/add", "todo", ""),
		form("/complete/1"),
		form("/delete/1"),
	} {
		w := s.do(r)
		assert.Equal(t, http.StatusServiceUnavailable, w.Code, r.URL)
		assert.Equal(t, "5", w.Header().Get("Retry-After"), r.URL)
		assert.Contains(t, w.Body.String(), "The list cannot be reached", r.URL)
		assert.NotContains(t, w.Body.String(), "127.0.0.1", "causes are for the log")
	}
	assert.Contains(t, s.log.String(), "connection refused")
	assert.Equal(t, http.StatusOK, s.get("/healthz").Code, "the process itself is well")
	w := s.get("/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "not ready\n", w.Body.String())
}

func TestReadiness(t *testing.T) {
	s := newSite(t)
	assert.Equal(t, http.StatusOK, s.get("/readyz").Code)
	s.sql("update schema_version set version = 0")
	assert.Equal(t, http.StatusServiceUnavailable, s.get("/readyz").Code, "a migration is pending")
}

func TestADefectIsAPageWithAReferenceAndNoDetails(t *testing.T) {
	s := newSite(t)
	s.sql("alter table items rename column done to finished")
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("X-Request-Id", "reference-1234")
	w := s.do(r)
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Contains(t, w.Body.String(), "Reference: reference-1234")
	assert.NotContains(t, w.Body.String(), "column")
	assert.Contains(t, s.log.String(), `column \"done\" does not exist`)
	assert.Contains(t, s.log.String(), `"request_id":"reference-1234"`)
}

func TestAPanicIsAnErrorPageAndALogEntry(t *testing.T) {
	s := newSite(t)
	s.Handler = New(nil, nil, testLog(s)) // no store: the handler dereferences nil
	w := s.get("/")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Contains(t, w.Body.String(), "Something went wrong")
	assert.Contains(t, s.log.String(), "nil pointer dereference")
	assert.Contains(t, s.log.String(), `"status":500`)
}

func TestBodiesThatCannotBeRead(t *testing.T) {
	s := newSite(t)
	assert.Equal(t, http.StatusRequestEntityTooLarge, s.post("/add", "todo", strings.Repeat("x", maxBody)).Code)

	r := httptest.NewRequest("POST", "/add", strings.NewReader("todo=%zz"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, http.StatusBadRequest, s.do(r).Code)
	assert.Empty(t, s.items())
}
