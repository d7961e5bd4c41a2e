package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/transcript"
	"crosscloud/app/todo"
)

// Also at its most talkative, and while the database refuses statements that
// have people's words in them.
func TestTheAppLogsNobodysWordsAndNothingThatOpensAList(t *testing.T) {
	database := pgdev.Database(t)
	log := &transcript.Buffer{}
	settings := map[string]string{"DATABASE_URL": database, "LISTEN": freeAddress(t), "LOG_LEVEL": "debug"}
	site := "http://" + settings["LISTEN"]
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, nil, lookupIn(settings), log, log) }()
	defer stop()
	eventually(t, "ready", func() bool {
		response, err := client.Get(site + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})

	const words = "ask Zebulon about his operation"
	add := func(address, contentType, body string, cookies ...*http.Cookie) *http.Response {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, site+address, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", contentType)
		for _, cookie := range cookies {
			request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
		}
		response, err := client.Do(request)
		require.NoError(t, err)
		response.Body.Close()
		return response
	}
	const form, program = "application/x-www-form-urlencoded", "application/json"
	text := url.Values{"todo": {words}}.Encode()
	made := add("/add", form, text)
	require.Len(t, made.Cookies(), 1)
	owner, err := todo.ParseToken(made.Cookies()[0].Value)
	require.NoError(t, err)
	share := owner.Share(0).String()
	require.Equal(t, http.StatusCreated, add("/l/"+share+"/todos", program, `{"title": "`+words+`"}`).StatusCode)
	require.Equal(t, http.StatusBadRequest, add("/l/"+share+"/todos", program, `{"title": "`+words).StatusCode)
	require.Equal(t, http.StatusOK, status(t, site+"/o/"+owner.String()))

	conn, err := pgx.Connect(t.Context(), database)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "alter table todos add constraint refused check (id < 0) not valid")
	require.NoError(t, err)
	require.Equal(t, http.StatusInternalServerError, add("/add", form, text, made.Cookies()...).StatusCode)
	require.Equal(t, http.StatusInternalServerError, add("/l/"+share+"/todos", program, `{"title": "`+words+`"}`).StatusCode)
	_, err = conn.Exec(t.Context(), "begin; lock table todos")
	require.NoError(t, err)
	require.Equal(t, http.StatusServiceUnavailable, add("/add", form, text, made.Cookies()...).StatusCode)

	stop()
	require.Equal(t, exitOK, <-ended)
	written := log.String()
	assert.Contains(t, written, `violates check constraint`)
	assert.Contains(t, written, "lock timeout")
	for _, private := range []string{"Zebulon", owner.String(), share, conn.Config().Password} {
		assert.NotContains(t, written, private)
	}
	requests := 0
	for lines := bufio.NewScanner(strings.NewReader(written)); lines.Scan(); {
		var line map[string]any
		require.NoError(t, json.Unmarshal(lines.Bytes(), &line), "%s", lines.Text())
		if line["msg"] == "request" {
			requests++
			assert.NotEmpty(t, line["request_id"])
			assert.Contains(t, line, "route")
		}
	}
	assert.GreaterOrEqual(t, requests, 7)
}
