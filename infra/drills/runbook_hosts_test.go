//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

func bothHostsSayThatTheyServe(t *testing.T, c *commands) {
	bothServe(t, c.run(t))
}

// bothServe looks at what `make status` printed.
func bothServe(t *testing.T, status string) {
	t.Helper()
	require.Regexp(t, `(?m)^database: serving [0-9a-f]{12}, as asked$`, status)
	require.Regexp(t, `(?m)^web host: serving [0-9a-f]{12}, as asked$`, status)
	require.NotContains(t, status, "not done")
}

// unwell is what `make status` prints where it ends with an error.
func (s *stack) unwell(t *testing.T) string {
	t.Helper()
	out, err := s.prepare(s.project, s.twin, "make", "status").CombinedOutput()
	require.Error(t, err, "%s", out)
	require.Contains(t, string(out), "status: not all is well")
	return string(out)
}

// The slots are restarted one after the other, so no visitor notices. Asked of the database host, it is Postgres.
func theAppIsRestarted(t *testing.T, c *commands) {
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	slots, server := slotRuns(t, web), serverSince(t, database)
	visits := booted.visit(t)
	start := time.Now()
	t.Setenv("WHICH", "web")
	status := c.run(t)
	visits.allSucceeded(t)
	require.Regexp(t, `restart-\d{8}-\d{6} \(restart\): done `, status)
	bothServe(t, status)
	restarted := slotRuns(t, web)
	for slot := range slots {
		require.NotEqual(t, slots[slot], restarted[slot], slot)
	}
	require.Equal(t, server, serverSince(t, database))
	phases.add("app restarted by an operation", start)

	session := booted.login(t).from(t, web.Container)
	start = time.Now()
	t.Setenv("WHICH", "database")
	bothServe(t, c.again(t))
	booted.whole(t, "Postgres restarted by an operation", start)
	require.NotEqual(t, server, serverSince(t, database))
	require.Error(t, session.Ping(t.Context()), "the sessions of administrators end with it")
	require.NoError(t, booted.command("pulumi", "config", "rm", "operations"))
}

func serverSince(t *testing.T, database state.Machine) string {
	t.Helper()
	return query(t, database, "SELECT pg_postmaster_start_time()")
}
