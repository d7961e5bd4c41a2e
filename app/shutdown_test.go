package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/faults"
	"crosscloud/app/postgres"
)

// A rollout stops a slot while somebody's form is being stored.
func TestShutdownLetsRequestsInFlightEnd(t *testing.T) {
	config := database(t)
	config.Database.ConnConfig.RuntimeParams["lock_timeout"] = "1min" // so that it waits as long as a write may
	config.Database.ConnConfig.RuntimeParams["statement_timeout"] = "1min"
	r := start(t, config)
	eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })

	conn, err := pgx.ConnectConfig(t.Context(), config.Database.ConnConfig)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "lock table lists, todos")
	require.NoError(t, err)

	// Within one transaction, pg_stat_activity stays what it was at first.
	observer, err := pgx.ConnectConfig(t.Context(), config.Database.ConnConfig)
	require.NoError(t, err)
	defer observer.Close(context.Background())
	answered := make(chan int, 1)
	go func() {
		response, err := client.PostForm(r.url+"/add", url.Values{"todo": {"in flight"}})
		if err != nil {
			answered <- 0
			return
		}
		answered <- response.StatusCode
	}()
	eventually(t, "the insert waits for the lock", func() bool {
		var waiting bool
		err := observer.QueryRow(t.Context(), `select exists (select from pg_stat_activity
			where datname = current_database() and wait_event_type = 'Lock' and query like '%insert into lists%')`).Scan(&waiting)
		return err == nil && waiting
	})

	r.stop()
	eventually(t, "new connections are refused", func() bool {
		_, err := client.Get(r.url + "/healthz")
		return err != nil
	})
	select {
	case <-r.done:
		t.Fatal("it stopped although a request was in flight")
	case <-answered:
		t.Fatal("the request ended although the table is locked")
	default:
	}
	require.NoError(t, tx.Commit(t.Context()))
	assert.Equal(t, http.StatusSeeOther, <-answered)
	assert.NoError(t, <-r.done)
	var stored int
	require.NoError(t, conn.QueryRow(t.Context(), "select count(*) from todos where title = 'in flight'").Scan(&stored))
	assert.Equal(t, 1, stored)
}

// nginx keeps connections open, and visitors can be slow: neither holds up a
// slot for longer than the ten seconds after which it is killed.
func TestShutdownWaitsForNobodyForLong(t *testing.T) {
	t.Parallel() // it waits
	for _, waiting := range []struct{ what, sent, answer, problem string }{
		{"a silent connection", "", "", ""},
		{"an idle connection", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK", ""},
		{"half a form", "POST /add HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 30\r\nExpect: 100-continue\r\n\r\ntodo=half",
			"HTTP/1.1 100 Continue", "requests did not end in time"},
	} {
		t.Run(waiting.what, func(t *testing.T) {
			t.Parallel()
			r := start(t, database(t))
			eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
			conn, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, waiting.sent)
			require.NoError(t, err)
			if waiting.answer != "" { // so it was accepted, and read
				line, err := bufio.NewReader(conn).ReadString('\n')
				require.NoError(t, err)
				require.Equal(t, waiting.answer, strings.TrimSpace(line))
			}
			r.stop()
			select {
			case err = <-r.done:
			case <-time.After(10 * time.Second):
				t.Fatal("it would have been killed")
			}
			if waiting.problem == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, waiting.problem)
			}
		})
	}
}

// A write waits for a database that fell silent when the slot is stopped. It
// gets its answer, and its connection, which hears no farewell, holds up nothing.
func TestShutdownWaitsForNoFrozenDatabase(t *testing.T) {
	t.Parallel() // it waits
	proxy := faults.New(t, pgdev.Database(t))
	config, err := postgres.ParseURL(proxy.URL())
	require.NoError(t, err)
	metrics := freeAddress(t)
	r := start(t, Config{Database: config, MetricsListen: metrics})
	eventually(t, "ready", func() bool { return status(t, r.url+"/readyz") == http.StatusOK })
	eventually(t, "nothing else is done at the start", func() bool { return told(t, metrics, `purges_total{result="done"} 1`) })
	assert.Equal(t, http.StatusNotFound, status(t, r.url+listOfNobody))

	proxy.Freeze()
	answered := make(chan int, 1)
	go func() {
		response, err := client.PostForm(r.url+listOfNobody+"/add", url.Values{"todo": {"in flight"}})
		if err != nil {
			answered <- 0
			return
		}
		answered <- response.StatusCode
	}()
	eventually(t, "the write has a connection", func() bool { return told(t, metrics, "db_pool_connections_used 1") })
	r.stop()
	select {
	case err := <-r.done:
		assert.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("it would have been killed")
	}
	assert.Equal(t, http.StatusServiceUnavailable, <-answered)
}
