//go:build drills

package drills

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// A todo goes from a browser through nginx and a slot on AWS into Postgres on GCP.
func aTodoTravelsThroughBothClouds(t *testing.T) {
	client := booted.visitor(t)
	title := fmt.Sprintf("water the plants %d", time.Now().UnixNano())

	response, err := client.PostForm(booted.url+"add", url.Values{"todo": {title}})
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode) // after the redirect
	require.Equal(t, 2, response.ProtoMajor)
	require.Contains(t, page(t, client, booted.url), title)
	booted.typed = append(booted.typed, title)

	database := booted.machine(t, state.GCP)
	require.Equal(t, "1\n", query(t, database, "SELECT count(*) FROM todos WHERE title = '"+title+"'"))
	// Whoever has the link sees the list, and nobody else: not even the database holds what opens it.
	require.Contains(t, page(t, booted.stranger(t), booted.shareLink(t)), title)
	require.NotContains(t, page(t, booted.stranger(t), booted.url), title)
	dump := inside(t, database, "runuser", "-u", "postgres", "--", "pg_dump", "todo")
	require.Contains(t, dump, title)
	require.Empty(t, leaks([]byte(dump), booted.keys(t)))

	require.Equal(t, "17\n", query(t, database, "SELECT current_setting('server_version_num')::int / 10000"))

	// The app's connections come from the Elastic IP, over TLS.
	connections := query(t, database, `SELECT DISTINCT host(client_addr), ssl, version
		FROM pg_stat_activity JOIN pg_stat_ssl USING (pid) WHERE datname = 'todo' AND client_addr IS NOT NULL`)
	require.Equal(t, booted.machine(t, state.AWS).Address+"|t|TLSv1.3", strings.TrimSpace(connections))
}

func aSecondUpChangesNothing(t *testing.T) {
	start := time.Now()
	require.NoError(t, booted.command("pulumi", "up", "--yes", "--expect-no-changes"))
	phases.add("no-change up", start)
	require.NoError(t, booted.command("pulumi", "refresh", "--yes", "--expect-no-changes"))
}

func query(t *testing.T, database state.Machine, sql string) string {
	t.Helper()
	return inside(t, database, "runuser", "-u", "postgres", "--", "psql", "-XAtd", "todo", "-c", sql)
}
