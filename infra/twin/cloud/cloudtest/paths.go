package cloudtest

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
)

// first makes a path of an argument as cloud.Arguments spells it: to the first of a list.
func first(argument string) string { return strings.ReplaceAll(argument, "[*]", "[0]") }

func parse(t *testing.T, argument string) resource.PropertyPath {
	t.Helper()
	path, err := resource.ParsePropertyPath(first(argument))
	require.NoError(t, err)
	return path
}

// set puts values at their paths; nil takes away what is there.
func set(t *testing.T, args resource.PropertyMap, values map[string]any) {
	t.Helper()
	object := resource.NewObjectProperty(args)
	for at, value := range values {
		path := parse(t, at)
		if value == nil {
			path.Delete(object)
			continue
		}
		_, fits := path.Add(object, resource.NewPropertyValue(value))
		require.True(t, fits, "can't set %q", at)
	}
}
