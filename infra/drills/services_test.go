//go:build drills

package drills

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// The parameter store is down, then throttles. The rollout waits for it.
func theParameterStoreFails(t *testing.T) {
	web := booted.machine(t, state.AWS)
	visits := booted.visit(t)
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
	booted.whole(t, "parameter store down, then throttling during a rollout", healed)
	booted.shows(t, release, true)
	visits.allSucceeded(t)
}

// metadataDelay is less than the ten seconds after which the database host gives a question up.
const metadataDelay = 4 * time.Second

// Both metadata services take their time for every answer while both hosts have something new to do. That takes longer,
// and that is all.
func theMetadataServicesAreSlow(t *testing.T) {
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	visits := booted.visit(t)
	heal := booted.slowMetadata(t, metadataDelay)
	for _, ask := range []struct {
		host state.Machine
		url  string
	}{
		{web, "http://" + webMetadata + "/latest/meta-data/"},
		{database, "http://" + databaseMetadata + "/computeMetadata/v1/instance/id"},
	} {
		took, err := time.ParseDuration(strings.TrimSpace(inside(t, ask.host, "curl", "--silent", "--output", "/dev/null",
			"--header", "Metadata-Flavor: Google", "--write-out", "%{time_total}s", ask.url)))
		require.NoError(t, err)
		require.GreaterOrEqual(t, took, metadataDelay, "the host's own metadata service is slow, or the drill proves nothing")
	}
	undo := booted.newSettings(t)
	release, start := booted.newRelease(t), time.Now()
	booted.up(t).succeeds(t)
	booted.whole(t, "metadata services slow during a rollout to both hosts", start)
	booted.shows(t, release, true)
	visits.allSucceeded(t)
	heal()
	undo()
}

// slowMetadata slows both metadata services down until they heal.
func (s *stack) slowMetadata(t *testing.T, delay time.Duration) (heal func()) {
	t.Helper()
	slow := state.Fault{Delay: delay}
	web, database := s.fault(t, webMetadata, slow), s.fault(t, databaseMetadata, slow)
	return func() { web(); database() }
}

// newSettings gives the database host something to do: another comment in Postgres's configuration is another revision.
func (s *stack) newSettings(t *testing.T) (undo func()) {
	t.Helper()
	return s.edit(t, "infra/database/boot/postgresql.conf", "# The server's whole configuration", fmt.Sprintf("# By the drill, %d.\n# The server's whole configuration", time.Now().UnixNano()))
}
