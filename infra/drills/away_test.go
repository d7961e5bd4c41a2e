//go:build drills

package drills

import (
	"testing"
	"time"

	"crosscloud/infra/twin/state"
)

// Nothing of the database host's answers port 5432 any more when the rollout begins. The web host waits, says so, and
// goes on when the database is back: it never held that against the release.
func theDatabaseIsAwayDuringARollout(t *testing.T) {
	database := booted.machine(t, state.GCP)
	reach := cutOff(t, database.Container, "chain input { type filter hook input priority -10; tcp dport 5432 drop; }")
	release := booted.newRelease(t)
	up := booted.up(t)
	up.says(t, "waiting, as the database does not answer it")
	reach()
	back := time.Now()
	up.succeeds(t)
	booted.whole(t, "database unreachable during a rollout", back)
	booted.shows(t, release, true)
}

// cutOff adds a chain to the firewall of a VM, beside the cloud's, until the drill ends or says so.
func cutOff(t *testing.T, container, chain string) (reach func()) {
	t.Helper()
	docker(t, "exec", container, "nft", "table inet drill {\n"+chain+"\n}")
	reach = func() {
		docker(t, "exec", container, "bash", "-c", "! nft list table inet drill 2>/dev/null || nft delete table inet drill")
	}
	t.Cleanup(reach)
	return reach
}
