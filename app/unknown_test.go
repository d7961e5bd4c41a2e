package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/roundtrips"
	"crosscloud/app/postgres"
	"crosscloud/app/todo"
)

// answer is all that a client can see of one, and what it cost the database.
type answer struct {
	status int
	header string
	text   string
	trips  int
}

// home is the way back that a page offers to who sent a form: what they asked.
var home = regexp.MustCompile(`href="/l/[^"]*"`)

// Whether a list has never been, is forgotten or has locked its visitor out is
// nobody's business, and neither is how a token is written that could open one.
// Nothing tells: the answer does not, nor how often its making waited for the
// database, which is most of the time it takes.
func TestListsThatAreNotThereAnswerAlikeAndAsFast(t *testing.T) {
	databaseURL := pgdev.Database(t)
	counter := roundtrips.New(t, databaseURL)
	there, cookie := serving(t, counter.URL())
	owner, err := todo.ParseToken(cookie.Value)
	require.NoError(t, err)

	// One list is forgotten, the other one's link replaced.
	made, _ := post(t, there.url+"/add", nil, url.Values{"todo": {"forgotten"}})
	require.Len(t, made.Cookies(), 1)
	forgotten, err := todo.ParseToken(made.Cookies()[0].Value)
	require.NoError(t, err)
	hash := forgotten.Hash()
	db, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	t.Cleanup(func() { db.Close(context.Background()) })
	_, err = db.Exec(t.Context(), "update lists set touched = current_date - 366 where owner = $1", hash[:])
	require.NoError(t, err)
	config, err := postgres.ParseURL(databaseURL)
	require.NoError(t, err)
	store, err := postgres.Open(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(store.Close)
	purged, err := store.Purge(t.Context(), 365*24*time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, purged)
	replaced, _ := post(t, there.url+"/share", cookie, url.Values{"key": {"replace"}})
	require.Equal(t, http.StatusSeeOther, replaced.StatusCode)
	var lists int
	require.NoError(t, db.QueryRow(t.Context(), "select count(*) from lists").Scan(&lists))
	require.Equal(t, 1, lists)

	never := todo.Token{1}.String()
	malformed := map[string]string{
		"short": "short", "long": strings.Repeat("x", 500), "no base64": strings.Repeat("=", 22), "a bit too many": strings.Repeat("x", 22),
		"zeros": strings.Repeat("A", 22), "bytes": "%00%ff", "dots": "%2e%2e", "markup": "%3Cb%3E",
	}
	guests := map[string]string{
		"locked out": owner.Share(0).String(), "forgotten": forgotten.Share(0).String(), "an owner's token": owner.String(),
	}
	owners := map[string]string{
		"forgotten": forgotten.String(), "a share link's token": owner.Share(0).String(),
	}

	ask := func(method, address, kind, body string) (a answer) {
		request, err := http.NewRequestWithContext(t.Context(), method, there.url+address, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", kind)
		request.Header.Set("If-None-Match", "*")
		request.Header.Set("X-Request-Id", "0123456789abcdef") // which answers tell
		before := counter.Trips()
		response, err := client.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		response.Header.Del("Date")
		response.Header.Del("Content-Length") // of the text
		var header strings.Builder
		require.NoError(t, response.Header.Write(&header))
		return answer{response.StatusCode, header.String(), home.ReplaceAllString(string(text), `href="home"`), counter.Trips() - before}
	}
	const urlencoded, json = "application/x-www-form-urlencoded", "application/json"
	for _, route := range []struct {
		method, path, kind, body string
		status, trips            int
	}{
		{"GET", "/l/{token}", "", "", 404, 1},
		{"HEAD", "/l/{token}", "", "", 404, 1},
		{"GET", "/l/{token}?show=completed&before=5.5&undo=x", "", "", 404, 1},
		{"GET", "/l/{token}?edit=1", "", "", 404, 1},
		{"POST", "/l/{token}/add", urlencoded, "todo=x", 404, 1},
		{"POST", "/l/{token}/add", urlencoded, "todo=", 404, 1}, // would be refused on the list's page
		{"POST", "/l/{token}/add", json, "{}", 415, 0},
		{"POST", "/l/{token}/items/1/toggle", urlencoded, "completed=true", 404, 1},
		{"POST", "/l/{token}/items/1/edit", urlencoded, "title=x", 404, 1},
		{"POST", "/l/{token}/items/1/edit", urlencoded, "title=", 404, 1},
		{"POST", "/l/{token}/items/1/delete", urlencoded, "", 404, 1},
		{"POST", "/l/{token}/items/x/delete", urlencoded, "", 404, 0},
		{"POST", "/l/{token}/toggle-all", urlencoded, "completed=true", 404, 1},
		{"POST", "/l/{token}/clear-completed", urlencoded, "", 404, 1},
		{"POST", "/l/{token}/undo", urlencoded, "undo=x", 404, 1},
		{"POST", "/l/{token}/share", urlencoded, "", 404, 0},
		{"GET", "/l/{token}/todos", "", "", 404, 1},
		{"HEAD", "/l/{token}/todos", "", "", 404, 1},
		{"GET", "/l/{token}/todos?limit=1&before=5.5", "", "", 404, 1},
		{"GET", "/l/{token}/todos?limit=x", "", "", 400, 0},
		{"POST", "/l/{token}/todos", json, `{"title":"x"}`, 404, 1},
		{"POST", "/l/{token}/todos", json, `{"title":""}`, 422, 0},
		{"DELETE", "/l/{token}/todos", "", "", 404, 1},
		{"OPTIONS", "/l/{token}/todos", "", "", 204, 0},
		{"PUT", "/l/{token}/todos", json, "{}", 405, 0},
		{"GET", "/l/{token}/todos/1", "", "", 404, 1},
		{"PATCH", "/l/{token}/todos/1", json, `{"completed":true}`, 404, 1},
		{"DELETE", "/l/{token}/todos/1", "", "", 404, 1},
		{"GET", "/l/{token}/todos/x", "", "", 404, 0},
		{"GET", "/o/{token}", "", "", 404, 1},
		{"POST", "/o/{token}", urlencoded, "", 404, 1},
	} {
		with := func(token string) answer {
			return ask(route.method, strings.Replace(route.path, "{token}", token, 1), route.kind, route.body)
		}
		with(never) // prepares its statements
		what := route.method + " " + route.path + " " + route.body
		want := with(never)
		assert.Equal(t, route.status, want.status, what)
		assert.Equal(t, route.trips, want.trips, what)
		assert.NotContains(t, want.text, never)
		asWell := guests
		if strings.HasPrefix(route.path, "/o/") {
			asWell = owners
		}
		for _, tokens := range []map[string]string{asWell, malformed} {
			for why, token := range tokens {
				assert.Equal(t, want, with(token), "%s: %s", what, why)
			}
		}
	}
}
