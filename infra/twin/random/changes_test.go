package random

import (
	"testing"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
)

const registry = "https://www.pulumi.com/registry/packages/random/api-docs/"

// TestWhatAChangeDoes has every argument of every kind. Nothing random changes in place: what was drawn is kept, or
// drawn anew.
func TestWhatAChangeDoes(t *testing.T) {
	t.Parallel()
	for token, k := range map[string]cloudtest.Kind{
		passwordToken: {Source: registry + "randompassword/", Args: map[string]any{"length": 16}, Changes: []cloudtest.Change{
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
		bytesToken: {Source: registry + "randombytes/", Args: map[string]any{"length": 16}, Changes: []cloudtest.Change{
			cloudtest.Replaces("keepers", map[string]any{"version": "2"}),
			cloudtest.Replaces("length", 17),
		}},
		idToken: {Source: registry + "randomid/", Args: map[string]any{"byteLength": 4}, Changes: []cloudtest.Change{
			cloudtest.Replaces("byteLength", 5),
			cloudtest.Replaces("keepers", map[string]any{"version": "2"}),
			cloudtest.Replaces("prefix", "db-"),
		}},
	} {
		t.Run(token, func(t *testing.T) {
			cloudtest.TryChanges(t, func(t *testing.T) cloudtest.Kind {
				k.Stack, k.Token = cloudtest.New(t, Provider(cloud.Env{}), nil), token
				return k
			})
		})
	}
}
