//go:build drills

package drills

import (
	"net/http"
	"testing"
	"time"

	"crosscloud/infra/twin/state"
)

// The metadata services take three seconds for every answer, and the parameter store is down, then throttles. A rollout
// takes longer, and that is all.
func slowAndFailingServices(t *testing.T) {
	web := booted.machine(t, state.AWS)
	visits := booted.visit(t)
	slow := state.Fault{Delay: 3 * time.Second}
	booted.fault(t, webMetadata, slow)
	booted.fault(t, databaseMetadata, slow)
	booted.fault(t, parameterStore, state.Fault{Status: http.StatusServiceUnavailable})
	release, start := booted.newRelease(t), time.Now()
	up := booted.up(t)
	journalSays(t, web, start, "ssm GetParameter: 503 ServiceUnavailable")
	heal := booted.fault(t, parameterStore, state.Fault{Status: http.StatusBadRequest})
	journalSays(t, web, start, "ssm GetParameter: 400 ThrottlingException")
	booted.shows(t, release, false)
	heal()
	healed := time.Now()
	up.succeeds(t)
	booted.whole(t, "parameter store down and throttling during a rollout, metadata services slow all the time", healed)
	booted.shows(t, release, true)
	visits.allSucceeded(t)
}

// The clouds' clocks and the hosts' are an hour apart, so signatures are refused. What serves goes on serving, the
// rollout waits, and the host says that it is the clock.
func theClockIsWrong(t *testing.T) {
	web := booted.machine(t, state.AWS)
	visits := booted.visit(t)
	heal := booted.faults(t, state.Fault{Skew: time.Hour})
	release, start := booted.newRelease(t), time.Now()
	up := booted.up(t)
	up.says(t, "web host: desired state written; it is still serving")
	journalSays(t, web, start, "the clock of this host is 60 minutes slow")
	booted.shows(t, release, false)
	heal()
	healed := time.Now()
	up.succeeds(t)
	booted.whole(t, "clock wrong by an hour during a rollout", healed)
	booted.shows(t, release, true)
	visits.allSucceeded(t)
}
