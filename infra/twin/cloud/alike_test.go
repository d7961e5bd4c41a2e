package cloud

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatMeansTheSameIsNoChange(t *testing.T) {
	t.Parallel()
	kind := newThings(t).kind()
	kind.Alike = func(old, in ThingArgs) ThingArgs {
		if strings.EqualFold(old.Zone, in.Zone) {
			in.Zone = old.Zone
		}
		return in
	}
	old := props(map[string]any{"name": "n", "size": 1, "zone": "a", "password": secret("p")})
	for name, test := range map[string]struct {
		zone any
		want plugin.DiffChanges
	}{
		"another spelling": {"A", plugin.DiffNone},
		"another zone":     {"b", plugin.DiffSome},
		"not known yet":    {unknown(), plugin.DiffSome},
	} {
		news := props(map[string]any{"name": "n", "size": 1, "zone": test.zone, "password": secret("p")})
		got, err := kind.diff(plugin.DiffRequest{OldInputs: old, NewInputs: news})
		require.NoError(t, err)
		assert.Equal(t, test.want, got.Changes, name)
	}
}

func TestARefreshKeepsWhatTheProgramGaveEmpty(t *testing.T) {
	t.Parallel()
	given := props(map[string]any{
		"size": 0, "password": secret(""), "zone": "a", "labels": map[string]any{}, "gone": "x",
		"parts": []any{map[string]any{"port": 1, "image": ""}}, string(defaultsKey): []any{"name"},
	})
	read := props(map[string]any{"zone": "b", "parts": []any{map[string]any{"port": 2}}})
	assert.Equal(t, props(map[string]any{
		"size": 0, "password": secret(""), "zone": "b", "labels": map[string]any{},
		"parts": []any{map[string]any{"port": 2, "image": ""}},
	}), keepEmpty(given, read))
	assert.Empty(t, keepEmpty(resource.PropertyMap{}, resource.PropertyMap{}))
}
