//go:build drills

package drills

import (
	"testing"
	"time"

	"crosscloud/infra/twin/state"
)

// Somebody takes the hosts' permissions away. They serve on, ask on, and take up the rollout when the permissions are
// back, and that is half a minute later than the update gives them.
func grantsTakenAway(t *testing.T) {
	resources, hand := booted.resources(t), booted.hand(t)
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	visits, start := booted.visit(t), time.Now()
	hand.delete(t, must(t, resources, "aws:iam/rolePolicy:RolePolicy web-host"))
	hand.delete(t, must(t, resources, "gcp:storage/bucketIAMMember:BucketIAMMember database-status-writer"))
	journalSays(t, web, start, "ssm GetParameter: 400 AccessDeniedException")
	journalSays(t, database, start, "the status is not published")

	release, granted := booted.newRelease(t), time.Now()
	up := booted.up(t, "--refresh")
	up.succeeds(t)
	booted.whole(t, "permissions taken away by hand, given back with a rollout", granted)
	booted.shows(t, release, true)
	visits.allSucceeded(t)
	booted.noChange(t)
}
