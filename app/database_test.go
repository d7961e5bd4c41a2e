package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/faults"
	"crosscloud/app/pgdev/roundtrips"
	"crosscloud/app/postgres"
	"crosscloud/app/todo"
)

// post sends a form, with a cookie if there is one, and returns the answer
// with its text.
func post(t *testing.T, url string, cookie *http.Cookie, form url.Values) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(t, request, cookie)
}

// serving is the app on a database at that URL, and the cookie of a list. What
// it does by itself at the start is over.
func serving(t *testing.T, databaseURL string) (*running, *http.Cookie) {
	t.Helper()
	database, err := postgres.ParseURL(databaseURL)
	require.NoError(t, err)
	database.MinIdleConns = 0 // none is made behind a counter's back
	metrics := freeAddress(t)
	r := start(t, Config{Database: database, MetricsListen: metrics})
	eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
	eventually(t, "nothing else is done at the start", func() bool { return told(t, metrics, `purges_total{result="done"} 1`) })
	response, _ := post(t, r.url+"/add", nil, url.Values{"todo": {"first"}})
	require.Equal(t, http.StatusSeeOther, response.StatusCode)
	require.Len(t, response.Cookies(), 1)
	return r, response.Cookies()[0]
}

func TestEachRequestIsOneRoundTripToTheDatabase(t *testing.T) {
	counter := roundtrips.New(t, pgdev.Database(t))
	r, cookie := serving(t, counter.URL())
	requests := map[string]func(){
		"page": func() {
			code, _ := visit(t, r.url+"/", cookie)
			assert.Equal(t, http.StatusOK, code)
		},
		"add": func() {
			response, _ := post(t, r.url+"/add", cookie, url.Values{"todo": {"more"}})
			assert.Equal(t, http.StatusSeeOther, response.StatusCode)
		},
		"first write": func() {
			response, _ := post(t, r.url+"/add", nil, url.Values{"todo": {"new"}})
			assert.Equal(t, http.StatusSeeOther, response.StatusCode)
		},
		"toggle all": func() {
			response, _ := post(t, r.url+"/toggle-all", cookie, url.Values{"completed": {"true"}})
			assert.Equal(t, http.StatusSeeOther, response.StatusCode)
		},
		"unknown list": func() { assert.Equal(t, http.StatusNotFound, status(t, r.url+listOfNobody)) },
	}
	for _, request := range requests {
		request() // prepares its statements
	}
	for name, request := range requests {
		before := counter.Trips()
		request()
		assert.Equal(t, 1, counter.Trips()-before, name)
	}
	before := counter.Trips()
	assert.Equal(t, http.StatusOK, status(t, r.url+"/"))
	assert.Equal(t, before, counter.Trips(), "a visitor without a list needs no database")
}

func TestTheSiteWhileItsDatabaseFails(t *testing.T) {
	proxy := faults.New(t, pgdev.Database(t))
	r, cookie := serving(t, proxy.URL())

	proxy.Down() // a restart while nobody asks
	proxy.Up()
	code, _ := visit(t, r.url+"/", cookie)
	assert.Equal(t, http.StatusOK, code)

	proxy.Down()
	started := time.Now()
	code, _ = visit(t, r.url+"/", cookie)
	assert.Equal(t, http.StatusServiceUnavailable, code)
	form := url.Values{"todo": {"typed text"}, "key": {"0123456789abcdefghijkl"}}
	response, page := post(t, r.url+"/add", cookie, form)
	assert.Less(t, time.Since(started), time.Second)
	assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	assert.NotEmpty(t, response.Header.Get("Retry-After"))
	assert.Contains(t, page, `value="typed text"`)

	proxy.Up()
	response, _ = post(t, r.url+"/add", cookie, form)
	assert.Equal(t, http.StatusSeeOther, response.StatusCode, "it recovers by itself")
	_, page = visit(t, r.url+"/", cookie)
	assert.Equal(t, 1, strings.Count(page, ">typed text</bdi>"))

	proxy.Freeze()
	code, _ = visit(t, r.url+"/", cookie)
	assert.Equal(t, http.StatusServiceUnavailable, code, "the wait has an end")
	proxy.Thaw()
	eventually(t, "it recovers by itself", func() bool {
		code, _ := visit(t, r.url+"/", cookie)
		return code == http.StatusOK
	})
}

// The one connection waits for a lock. Whoever comes meanwhile is told so soon,
// page, form and program alike, and served again as soon as it is free.
func TestVisitorsOfAnExhaustedPoolAreToldToComeBack(t *testing.T) {
	config := database(t)
	config.Database.MaxConns, config.Database.MinIdleConns = 1, 0
	config.Database.ConnConfig.RuntimeParams["lock_timeout"] = "1min" // so that the wait is a call's longest
	config.MetricsListen = freeAddress(t)
	r := start(t, config)
	eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
	eventually(t, "nothing else is done at the start", func() bool { return told(t, config.MetricsListen, `purges_total{result="done"} 1`) })
	db, err := pgx.ConnectConfig(t.Context(), config.Database.ConnConfig)
	require.NoError(t, err)
	defer db.Close(context.Background())
	tx, err := db.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "lock table todos")
	require.NoError(t, err)

	ask := func(method, path, kind, body string) (*http.Response, string) {
		request, err := http.NewRequestWithContext(t.Context(), method, r.url+path, strings.NewReader(body))
		assert.NoError(t, err)
		request.Header.Set("Content-Type", kind)
		response, err := client.Do(request)
		if !assert.NoError(t, err) {
			return &http.Response{}, ""
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		assert.NoError(t, err)
		return response, string(text)
	}
	var holder, crowd sync.WaitGroup
	holder.Go(func() { ask("GET", listOfNobody, "", "") })
	eventually(t, "the connection waits", func() (waits bool) {
		err := tx.QueryRow(t.Context(), "select exists (select from pg_locks where relation = 'todos'::regclass and not granted)").Scan(&waits)
		return err == nil && waits
	})
	for _, visit := range []struct{ method, path, kind, body, shows string }{
		{"GET", listOfNobody, "", "", "cannot be reached"},
		{"POST", listOfNobody + "/add", "application/x-www-form-urlencoded", "todo=typed+text", `value="typed text"`},
		{"GET", listOfNobody + "/todos", "", "", "#/components/schemas/Unavailable"},
		// another list, or one writer would wait for the other first
		{"POST", "/l/" + todo.Token{1}.String() + "/todos", "application/json", `{"title":"x"}`, "#/components/schemas/Unavailable"},
	} {
		crowd.Go(func() {
			response, text := ask(visit.method, visit.path, visit.kind, visit.body)
			assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode, "%s %s", visit.method, visit.path)
			assert.NotEmpty(t, response.Header.Get("Retry-After"), "%s %s", visit.method, visit.path)
			assert.Contains(t, text, visit.shows)
		})
	}
	crowd.Wait()
	assert.True(t, told(t, config.MetricsListen, "db_pool_acquires_given_up_total 4"), "they had no connection")
	require.NoError(t, tx.Commit(t.Context()))
	holder.Wait()
	assert.Equal(t, http.StatusNotFound, status(t, r.url+listOfNobody), "it recovers by itself")
}

func TestSlowClientsHoldNoDatabaseConnection(t *testing.T) {
	r, cookie := serving(t, pgdev.Database(t))
	address := strings.TrimPrefix(r.url, "http://")
	for range 20 { // twice what the pool has
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "POST /add HTTP/1.1\r\nHost: %s\r\nCookie: %s=%s\r\n"+
			"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ntodo=half", address, cookie.Name, cookie.Value)
		require.NoError(t, err)
	}
	code, page := visit(t, r.url+"/", cookie)
	assert.Equal(t, http.StatusOK, code)
	assert.NotContains(t, page, "half")
}
