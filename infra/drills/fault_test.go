//go:build drills

package drills

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// The names by which the VMs call their metadata services.
const (
	webMetadata      = "169.254.169.254"
	databaseMetadata = "metadata.google.internal"
	parameterStore   = "ssm." + awsRegion + ".amazonaws.com"
)

// fault puts something wrong with a service, for VMs only, until it heals: at the drill's end or when it is told so.
func (s *stack) fault(t *testing.T, host string, fault state.Fault) (heal func()) {
	t.Helper()
	require.NoError(t, state.Put(s.store(), host, fault))
	heal = func() {
		if err := state.Delete[state.Fault](s.store(), host); !errors.Is(err, state.ErrNotFound) {
			require.NoError(t, err)
		}
	}
	t.Cleanup(heal)
	return heal
}

// journalSays waits until the agent of a VM said so since then, or one of several things.
func journalSays(t *testing.T, m state.Machine, since time.Time, what ...string) {
	t.Helper()
	said := ""
	isSaid := func(what string) bool { return strings.Contains(said, what) }
	for end := time.Now().Add(patience); !slices.ContainsFunc(what, isSaid); time.Sleep(step) {
		require.False(t, time.Now().After(end), "the agent does not say %q, but:\n%s", what, said)
		said = inside(t, m, "journalctl", "--unit=crosscloud-agent", "--output=cat", "--no-pager",
			"--since=@"+strconv.FormatInt(since.Unix(), 10))
	}
}

// copyInto writes a file into a VM that may still be starting.
func copyInto(t *testing.T, container, from, to string) {
	t.Helper()
	docker(t, "exec", container, "mkdir", "-p", filepath.Dir(to))
	docker(t, "cp", from, container+":"+to)
}
