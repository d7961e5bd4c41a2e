//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What somebody made by hand is taken over with Pulumi's own import, and the program that describes it has nothing to
// change. testdata/adopted is a project of its own: the one under test declares no such thing.
func aDiskAndAnAddressAreImported(t *testing.T) {
	const project, name = "infra/drills/testdata/adopted", "adopted"
	hand := booted.hand(t)
	address := hand.create(t, "aws:ec2/eip:Eip", "by-hand", map[string]any{"tags": map[string]any{"made": "by hand"}})
	disk := hand.create(t, "gcp:compute/disk:Disk", "by-hand", map[string]any{
		"name": "made-by-hand", "type": "pd-balanced", "size": 10, "labels": map[string]any{"made": "by-hand"},
	})
	pulumi := func(args ...string) {
		t.Helper()
		require.NoError(t, booted.command(append([]string{"pulumi", "--cwd", project}, args...)...))
	}
	pulumi("stack", "init", name, "--no-select")
	pulumi("config", "set-all", "--stack", name, "--plaintext", "gcp:project="+gcpProject, "--plaintext", "aws:region="+awsRegion)

	start := time.Now()
	// The code that the import would print is the program's own already.
	pulumi("import", "--stack", name, "--yes", "--generate-code=false", "aws:ec2/eip:Eip", "address", address.ID)
	pulumi("import", "--stack", name, "--yes", "--generate-code=false", "gcp:compute/disk:Disk", "disk", disk.ID)
	pulumi("up", "--stack", name, "--yes", "--refresh", "--expect-no-changes")
	booted.whole(t, "a disk and an address imported into another stack", start)

	pulumi("state", "unprotect", "--stack", name, "--yes", "--all")
	pulumi("destroy", "--stack", name, "--yes")
	pulumi("stack", "rm", name, "--yes")
}
