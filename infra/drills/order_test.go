//go:build drills

package drills

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDrills runs every drill on the one booted stack, in the order in which they stand here. Each leaves the stack whole
// for the next, and the last one destroys it. One alone: -run 'TestDrills/two_ups_at_once'.
func TestDrills(t *testing.T) {
	// The list of the browser that all drills share: whole is a site that shows what is on it.
	booted.typeTodo(t, "be here after each drill")
	for _, drill := range []struct {
		name string
		run  func(*testing.T)
	}{
		// What the stack is after its first update.
		{"an invalid configuration creates nothing", anInvalidConfigurationCreatesNothing},
		{"a stranger reaches only the site", aStrangerReachesOnlyTheSite},
		{"the web host reaches the database", theWebHostReachesTheDatabase},
		{"a slot reaches only the database", aSlotReachesOnlyTheDatabase},
		{"a todo travels through both clouds", aTodoTravelsThroughBothClouds},
		{"a second up changes nothing", aSecondUpChangesNothing},

		// What an operator changes on purpose.
		{"a changed line is served without touching a VM", aChangedLineIsServedWithoutTouchingAVM},
		{"an administrator comes and goes", anAdministratorComesAndGoes},
		{"the runbook", theRunbook},
		{"two ups at once", twoUpsAtOnce},
		{"a disk and an address are imported", aDiskAndAnAddressAreImported},

		// What happens behind Pulumi's back.
		{"opened and closed by hand", changedByHandWhileItRuns},
		{"stopped by hand", stoppedByHand},
		{"removed by hand", removedByHand},
		{"addresses released by hand", addressesReleasedByHand},

		{"the database server dies", theDatabaseServerDies},

		// What fails around a rollout.
		{"bad releases are given up", badReleasesAreGivenUp},
		{"the database is away during a rollout", theDatabaseIsAwayDuringARollout},
		{"the parameter store fails", theParameterStoreFails},
		{"the metadata services are slow", theMetadataServicesAreSlow},
		{"the clocks are wrong", theClocksAreWrong},
		{"grants taken away", grantsTakenAway},
		{"the root disks are full", theRootDisksAreFull},
		{"first boots in bad weather", firstBootsInBadWeather},

		// After all that this stack has written anywhere.
		{"no secret is in plain sight", noSecretIsInPlainSight},
		{"the search finds a planted canary", theSearchFindsAPlantedCanary},

		// Nothing is left of the stack.
		{"the runbook's end", theRunbooksEnd},

		// The life of another one.
		{"converge is killed at every step", convergeIsKilledAtEveryStep},
		{"no secret was in plain sight", noSecretIsInPlainSight},
	} {
		if t.Run(drill.name, drill.run) {
			continue
		}
		// Each update of a broken stack would wait for its deadlines, and the drills after this one would prove nothing.
		require.NoError(t, booted.remembers(), "%q left the stack broken, so the drills after it were not run", drill.name)
	}
}
