package main

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServeDeletesForgottenLists(t *testing.T) {
	config := database(t)
	config.ListTTL = 30 * 24 * time.Hour
	first := start(t, config)
	eventually(t, "ready", func() bool { return status(t, first.url+"/readyz") == http.StatusOK })
	for _, title := range []string{"kept", "forgotten"} {
		response, err := client.PostForm(first.url+"/add", url.Values{"todo": {title}})
		require.NoError(t, err)
		require.Equal(t, http.StatusSeeOther, response.StatusCode)
	}
	first.stop()
	require.NoError(t, <-first.done)

	conn, err := pgx.ConnectConfig(t.Context(), config.Database.ConnConfig)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `update lists set touched = current_date - 31
		where id = (select list from todos where title = 'forgotten')`)
	require.NoError(t, err)
	start(t, config)
	var left []string
	eventually(t, "one list is deleted", func() bool {
		rows, err := conn.Query(t.Context(), "select title from todos")
		require.NoError(t, err)
		left, err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return len(left) == 1
	})
	assert.Equal(t, []string{"kept"}, left)
}
