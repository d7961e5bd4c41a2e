//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Postgres ends without anybody's wish, and no update comes. Its host looks after it by itself.
func theDatabaseServerDies(t *testing.T) {
	database := booted.machine(t, state.GCP)
	since := serverSince(t, database)
	start := time.Now()
	inside(t, database, "systemctl", "kill", "--signal=KILL", "postgresql@17-main.service")
	booted.unreachable(t)
	booted.whole(t, "Postgres killed: started again by its host", start)
	require.NotEqual(t, since, serverSince(t, database))
}
