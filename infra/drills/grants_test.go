//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Somebody takes the hosts' permissions away. They serve on, ask on, and take up the rollout and a new key when the
// permissions are back in force, which is half a minute after the update has given them.
func grantsTakenAway(t *testing.T) {
	resources, hand := booted.resources(t), booted.hand(t)
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	visits, start, key := booted.visit(t), time.Now(), booted.serverKey(t)
	hand.delete(t, must(t, resources, "aws:iam/rolePolicy:RolePolicy web-host"))
	hand.delete(t, must(t, resources, "gcp:storage/bucketIAMMember:BucketIAMMember database-status-writer"))
	hand.delete(t, must(t, resources, "gcp:secretmanager/secretIamMember:SecretIamMember database-server-key-reader"))
	journalSays(t, web, start, "ssm GetParameter: 400 AccessDeniedException")
	journalSays(t, database, start, "does not have storage.objects.create access")

	release, asked := booted.newRelease(t), time.Now()
	up := booted.up(t, "--refresh", "--replace", must(t, resources, "tls:index/privateKey:PrivateKey database-server-key").URN)
	up.says(t, "secretmanager:SecretIamMember database-server-key-reader created")
	granted := time.Now().Add(-step) // it may have been said a moment before it was heard
	journalSays(t, database, asked, "cannot read projects/")
	up.says(t, "database: Postgres answers")
	require.GreaterOrEqual(t, time.Since(granted), state.Propagation, "grants take effect late")
	up.succeeds(t)
	require.False(t, key.Equal(booted.serverKey(t)), "the new key was read in the end")
	booted.whole(t, "permissions taken away by hand, given back with a rollout", granted)
	booted.shows(t, release, true)
	visits.allSucceeded(t)
	booted.noChange(t)
}
