package main

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/postgres"
	"crosscloud/app/todo"
	"crosscloud/nginx/nginxtest"
)

// A slot stores a write and dies before it answers. nginx asks the other slot,
// which gives the answer of the first and stores nothing.
func TestAWriteThatNginxSendsToBothSlotsIsStoredOnce(t *testing.T) {
	databaseURL := pgdev.Database(t)
	green, cookie := serving(t, databaseURL)
	config, err := postgres.ParseURL(databaseURL)
	require.NoError(t, err)
	blue := start(t, Config{Database: config})
	eventually(t, "ready", func() bool { return status(t, blue.url+"/readyz") == http.StatusOK })
	db, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	t.Cleanup(func() { db.Close(t.Context()) })
	count := func(from string) (n int) {
		require.NoError(t, db.QueryRow(t.Context(), "select count(*) from "+from).Scan(&n))
		return n
	}
	owner, err := todo.ParseToken(cookie.Value)
	require.NoError(t, err)
	api := "/l/" + owner.Share(0).String() + "/todos"

	for what, write := range map[string]struct {
		path, kind, body string
		cookie           *http.Cookie
		status, lists    int
	}{
		"a first write without a key": {"/add", "application/x-www-form-urlencoded", "todo=once", nil, http.StatusSeeOther, 1},
		"a form without a key":        {"/add", "application/x-www-form-urlencoded", "todo=once", cookie, http.StatusSeeOther, 0},
		"a program's without a key":   {api, "application/json", `{"title":"once"}`, nil, http.StatusCreated, 0},
	} {
		t.Run(what, func(t *testing.T) {
			dying := newDyingSlot(t, blue.url)
			proxy := nginxtest.Start(t, dying.address, strings.TrimPrefix(green.url, "http://"))
			client := proxy.Client(t, false)
			lists, todos, sent := count("lists"), count("todos"), 0
			for dying.died.Load() == 0 { // the slots take turns
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+proxy.HTTPS+write.path, strings.NewReader(write.body))
				require.NoError(t, err)
				request.Header.Set("Content-Type", write.kind)
				if write.cookie != nil {
					request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
				}
				response, err := client.Do(request)
				require.NoError(t, err)
				require.NoError(t, response.Body.Close())
				require.Equal(t, write.status, response.StatusCode)
				sent++
			}
			assert.Equal(t, lists+sent*write.lists, count("lists"))
			assert.Equal(t, todos+sent, count("todos"))
		})
	}
}

// dyingSlot passes requests to a slot and keeps the answers to itself.
type dyingSlot struct {
	address string
	died    atomic.Int32 // requests
}

func newDyingSlot(t *testing.T, slot string) *dyingSlot {
	t.Helper()
	target, err := url.Parse(slot)
	require.NoError(t, err)
	dying := &dyingSlot{}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target); r.Out.Host = r.In.Host },
		ModifyResponse: func(*http.Response) error {
			dying.died.Add(1)
			panic(http.ErrAbortHandler)
		},
	})
	t.Cleanup(server.Close)
	dying.address = strings.TrimPrefix(server.URL, "http://")
	return dying
}
