//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Both VMs are replaced in bad weather: the metadata services are slow, the one VM cannot reach the archive, the other
// meets both of apt's locks and then a slow archive. Each says what it waits for, and goes on by itself.
func firstBootsInBadWeather(t *testing.T) {
	// Something new, or the update would take the words of the VMs before for theirs.
	booted.configure(t, "adminCidrs[0]", "198.51.100.0/24")
	heal := booted.slowMetadata(t, time.Second) // of which a first boot asks dozens of questions
	resources, old := booted.resources(t), booted.containers(t)
	start := time.Now()
	up := booted.up(t, "--replace", must(t, resources, "aws:ec2/instance:Instance web-host").URN,
		"--replace", must(t, resources, "gcp:compute/instance:Instance database-vm").URN)
	var web, database archive
	booted.newMachines(t, old, map[string]func(string){
		state.AWS: func(container string) {
			web = archive{t, container}
			web.cutOff()
		},
		state.GCP: func(container string) {
			database = archive{t, container}
			database.lock("/var/lib/apt/lists/lock")
			database.slow()
		},
	})
	up.says(t, "database: trying again: packages not done: apt: E: ")
	up.says(t, "E: Unable to lock directory /var/lib/apt/lists/")
	database.unlock()
	database.lock("/var/lib/dpkg/lock-frontend")
	database.waitsForLock()
	database.unlock()
	unlocked := time.Now()
	up.says(t, "database: packages done")
	phases.add("first boot of the database host with apt locked, then slow: its packages installed", unlocked)
	database.fast()

	up.says(t, "web host: trying again: packages not done: apt: E: ")
	web.reach()
	reached := time.Now()
	up.says(t, "web host: packages done")
	phases.add("first boot of the web host without an archive: its packages installed", reached)
	up.succeeds(t)
	booted.whole(t, "both VMs replaced, archives and metadata services in trouble", start)
	heal()
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminCidrs"))
	booted.up(t).succeeds(t)
}
