//go:build drills

package drills

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Nothing of the database host's answers port 5432 any more when the rollout begins. The web host waits, says so, and
// goes on when the database is back: it never held that against the release.
func theDatabaseIsAwayDuringARollout(t *testing.T) {
	database := booted.machine(t, state.GCP)
	cutOff(t, database.Container, "chain input { type filter hook input priority -10; tcp dport 5432 drop; }")
	release := booted.newRelease(t)
	up := booted.up(t)
	up.says(t, "web host: waiting: migrate not done: the database does not answer")
	require.Regexp(t, `(?m)^web host: waiting [0-9a-f]{12}, as asked \(the database does not answer`, booted.unwell(t))
	reach(t, database.Container)
	back := time.Now()
	up.succeeds(t)
	booted.whole(t, "database unreachable during a rollout", back)
	booted.shows(t, release, true)
}

// cutOff adds a chain to the firewall of a VM, beside the cloud's, until it is reached again or the drill ends.
func cutOff(t *testing.T, container, chain string) {
	t.Helper()
	docker(t, "exec", container, "nft", "table inet drill {\n"+chain+"\n}")
	t.Cleanup(func() {
		if exec.Command("docker", "exec", container, "nft", "list", "table", "inet", "drill").Run() == nil {
			reach(t, container)
		}
	})
}

func reach(t *testing.T, container string) {
	t.Helper()
	docker(t, "exec", container, "nft", "delete", "table", "inet", "drill")
}
