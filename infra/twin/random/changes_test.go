package random

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
)

const registry = "https://registry.terraform.io/providers/hashicorp/random/latest/docs/resources/"

// TestWhatAChangeDoes has every argument of every kind. Nothing random changes in place: what was drawn is kept, or
// drawn anew.
func TestWhatAChangeDoes(t *testing.T) {
	t.Parallel()
	tables := map[string]cloudtest.Kind{
		passwordToken: {Source: registry + "password", Args: map[string]any{"length": 16}, Changes: []cloudtest.Change{
			cloudtest.Replaces("keepers", map[string]any{"version": "2"}),
			cloudtest.Replaces("keepers", map[string]any{}).From(map[string]any{"version": "2"}).When("there are none any more"),
			cloudtest.Replaces("length", 17),
			cloudtest.Replaces("lower", false),
			cloudtest.Replaces("minLower", 1),
			cloudtest.Replaces("minNumeric", 1),
			cloudtest.Replaces("minSpecial", 1),
			cloudtest.Replaces("minUpper", 1),
			cloudtest.Replaces("number", false),
			cloudtest.Replaces("numeric", false),
			cloudtest.Replaces("overrideSpecial", "-_"),
			cloudtest.Replaces("special", false),
			cloudtest.Replaces("upper", false),
		}},
		bytesToken: {Source: registry + "bytes", Args: map[string]any{"length": 16}, Changes: []cloudtest.Change{
			cloudtest.Replaces("keepers", map[string]any{"version": "2"}),
			cloudtest.Replaces("length", 17),
		}},
		idToken: {Source: registry + "id", Args: map[string]any{"byteLength": 4}, Changes: []cloudtest.Change{
			cloudtest.Replaces("byteLength", 5),
			cloudtest.Replaces("keepers", map[string]any{"version": "2"}),
			cloudtest.Replaces("prefix", "db-"),
		}},
	}
	for _, token := range cloud.Tokens(Provider(cloud.Env{})) {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, tables, token, "what does a change of each of its arguments do?")
			cloudtest.TryChanges(t, func(t *testing.T) cloudtest.Kind {
				k := tables[token]
				k.Stack, k.Token = cloudtest.New(t, Provider(cloud.Env{}), nil), token
				return k
			})
		})
	}
}
