package cloudtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
)

// Kind is a kind's table of changes, in a stack that has what the kind's resources need.
type Kind struct {
	*Stack
	Token   string
	Source  string         // the documentation of the changes
	Args    map[string]any // of a resource before it changes
	Changes []Change
	Boots   func() int  // how often the resource's machine has booted; nil for a kind without one
	Runs    func() bool // whether it runs; nil for a kind without one
}

// TryChanges makes every change of the table on a resource of its own, in a stack of its own. The table is to have every
// argument of the kind, and no others.
func TryChanges(t *testing.T, table func(t *testing.T) Kind) {
	t.Helper()
	k := table(t)
	require.Regexp(t, "^https://", k.Source)
	k.complete(t)
	for i, change := range k.Changes {
		t.Run(change.String(), func(t *testing.T) {
			k := table(t)
			k.try(t, k.Changes[i])
		})
	}
}

// TryRefused makes those changes of the table for which a machine is stopped, and expects the refusal of each.
func TryRefused(t *testing.T, table func(t *testing.T) Kind, says string) {
	t.Helper()
	for i, change := range table(t).Changes {
		if !change.stops {
			continue
		}
		t.Run(change.String(), func(t *testing.T) {
			k := table(t)
			c := k.Changes[i]
			c.becomes, c.says = "", says
			k.try(t, c)
		})
	}
}

func (k Kind) complete(t *testing.T) {
	t.Helper()
	arguments := cloud.Arguments(k.provider, k.Token)
	require.NotEmpty(t, arguments, "the provider has no kind %s", k.Token)
	seen := map[string]bool{}
	for _, c := range k.Changes {
		assert.Contains(t, arguments, c.argument, "%s has no such argument", k.Token)
		assert.False(t, seen[c.String()], "two rows of %s are named %q", k.Token, c)
		seen[c.String()] = true
	}
	for _, argument := range arguments {
		assert.True(t, slices.ContainsFunc(k.Changes, func(c Change) bool { return c.argument == argument }),
			"what does a change of %s's %q do?", k.Token, argument)
	}
}

func (k Kind) try(t *testing.T, c Change) {
	const name = "changed"
	args := k.args(t, c.given)
	before := k.MustUp(k.Token, name, args.Mappable())
	boots := k.boots()
	require.True(t, k.Refresh(name))
	require.Equal(t, Same, k.MustUp(k.Token, name, args.Mappable()).Change, "nothing has changed yet")

	args = k.args(t, c.given, c.also, map[string]any{c.argument: c.to})
	after, err := k.Up(k.Token, name, args.Mappable())
	if c.becomes == "" {
		require.ErrorContains(t, err, c.says)
		k.assertBoots(t, boots, Change{})
		require.True(t, k.Refresh(name))
		assert.Equal(t, Same, k.MustUp(k.Token, name, k.args(t, c.given).Mappable()).Change, "what was refused has changed nothing")
		return
	}
	require.NoError(t, err)
	require.Equal(t, c.becomes, after.Change)
	if c.becomes == Same {
		return
	}
	assert.True(t, c.shownIn(t, after.Diff), "the difference of %q does not name it: %v", c.argument, after.Diff)
	if c.becomes == Updated {
		assert.Equal(t, before.ID, after.ID)
		k.assertBoots(t, boots, c)
	}
	require.True(t, k.Refresh(name))
	if c.to != nil {
		path := parse(t, c.argument)
		want, _ := path.Get(resource.NewObjectProperty(args))
		got, _ := path.Get(resource.NewObjectProperty(k.Get(name).Inputs))
		assert.Equal(t, plain(want), plain(got), "a refresh reads the new value")
	}
	assert.Equal(t, Same, k.MustUp(k.Token, name, args.Mappable()).Change, "what was changed is as it should be")
}

// args are the kind's arguments with changes, one after the other.
func (k Kind) args(t *testing.T, changes ...map[string]any) resource.PropertyMap {
	t.Helper()
	args := resource.NewPropertyMapFromMap(k.Args)
	for _, change := range changes {
		set(t, args, change)
	}
	return args
}

func (k Kind) boots() int {
	if k.Boots == nil {
		return 0
	}
	return k.Boots()
}

func (k Kind) assertBoots(t *testing.T, before int, c Change) {
	t.Helper()
	if c.stops {
		require.NotNil(t, k.Boots, "only a kind with machines has changes that stop them")
		assert.Equal(t, before+1, k.boots(), "the machine is stopped and started once")
	} else {
		assert.Equal(t, before, k.boots(), "the machine is not booted")
	}
	if k.Runs != nil {
		assert.Equal(t, !c.halts, k.Runs(), "the machine runs")
	}
}

// shownIn says whether a difference names the argument, or what it is in, or a part of it, and that it replaces, if so.
func (c Change) shownIn(t *testing.T, diff map[string]*pulumirpc.PropertyDiff) bool {
	t.Helper()
	argument := parse(t, c.argument)
	for at, is := range diff {
		if path := parse(t, at); (path.Contains(argument) || argument.Contains(path)) &&
			strings.HasSuffix(is.Kind.String(), "_REPLACE") == (c.becomes == Replaced) {
			return true
		}
	}
	return false
}
