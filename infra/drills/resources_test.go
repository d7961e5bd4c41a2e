//go:build drills

package drills

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// registered is a resource as the stack's state has it.
type registered struct {
	URN     string
	Type    string
	ID      string
	Created string // when Pulumi made it: another time is another resource, even with the same id
}

func (r registered) name() string { return r.URN[strings.LastIndex(r.URN, "::")+2:] }

// resources are those of the stack that a cloud has, by "TYPE NAME": "aws:ec2/instance:Instance web-host".
func (s *stack) resources(t *testing.T) map[string]registered {
	t.Helper()
	text, err := s.read("pulumi", "stack", "export")
	require.NoError(t, err)
	var exported struct {
		Deployment struct{ Resources []registered }
	}
	require.NoError(t, json.Unmarshal([]byte(text), &exported))
	all := map[string]registered{}
	for _, r := range exported.Deployment.Resources {
		if r.ID != "" && !strings.HasPrefix(r.Type, "pulumi:") {
			all[r.Type+" "+r.name()] = r
		}
	}
	return all
}

// remade names what is new, gone or made again in after.
func remade(before, after map[string]registered) []string {
	names := map[string]bool{}
	for name, r := range before {
		if after[name] != r {
			names[name] = true
		}
	}
	for name := range after {
		if _, known := before[name]; !known {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// noChange is the proof of Pulumi's own that nothing differs: neither from the program nor from the clouds.
func (s *stack) noChange(t *testing.T) {
	t.Helper()
	require.NoError(t, s.command("pulumi", "up", "--refresh", "--yes", "--expect-no-changes"))
}
