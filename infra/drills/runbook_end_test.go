//go:build drills

package drills

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// next is the stack that takes over what the drills' first one leaves.
const next = "next"

// kept are what outlives the stack, as the runbook calls it, with the output that names it.
var kept = map[string]string{"DISK": "databaseDisk", "WEB_ADDRESS": "webAddressId", "DATABASE_ADDRESS": "databaseAddressId"}

// keptIDs are the values of the operator's notes.
var keptIDs = map[string]string{}

func theDataOutlivesTheStack(t *testing.T, c *commands) {
	booted.typeTodo(t, "remember me across the end of the stack")
	// As on a real cloud, where it is the default.
	booted.configure(t, "protectData", "true")
	booted.up(t).succeeds(t)
	said := booted.begin(t, "pulumi", "destroy", "--yes").fails(t)
	require.Contains(t, said, "protected", "what is protected stands in the way")
	require.NoError(t, booted.remembers())
	for name, output := range kept {
		text, err := booted.read("pulumi", "stack", "output", output)
		require.NoError(t, err)
		keptIDs[name] = strings.TrimSpace(text)
	}
	printed := c.run(t)
	for _, id := range keptIDs {
		require.Contains(t, printed, id, "to be noted")
	}
	c.run(t)
	machines, err := state.List[state.Machine](booted.store())
	require.NoError(t, err)
	require.Empty(t, machines)
}

func aNewStackTakesTheDataOver(t *testing.T, c *commands) {
	for name, id := range keptIDs {
		t.Setenv(name, id)
	}
	t.Setenv("NEW", next)
	t.Setenv("GB", "20")
	t.Setenv("PROJECT", gcpProject)
	t.Setenv("SECRETS", "passphrase")
	start := time.Now()
	c.run(t)
	booted.name = next
	booted.whole(t, "a new stack with the disk and addresses of another", start)
	for name, output := range kept {
		text, err := booted.read("pulumi", "stack", "output", output)
		require.NoError(t, err)
		require.Equal(t, keptIDs[name], strings.TrimSpace(text))
	}
	booted.noChange(t)
}

// Whatever ends a destroy half-way, the next one ends it well.
func aStackIsEndedWithItsData(t *testing.T, c *commands) {
	c.run(t)
	start := time.Now()
	booted.interruptDestroy(t)
	c.run(t)
	phases.add("destroyed, after an interrupt and a kill", start)
	require.Empty(t, booted.left(t))
}
