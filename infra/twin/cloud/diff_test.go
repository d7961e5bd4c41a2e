package cloud

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDiff(t *testing.T) {
	c := dial(t, newThings(t).provider())
	part := func(port int, image string) any { return map[string]any{"port": port, "image": image} }
	type kinds = map[string]pulumirpc.PropertyDiff_Kind
	for name, test := range map[string]struct {
		olds, news  resource.PropertyMap
		ignore      []string
		want        kinds
		deleteFirst bool
	}{
		"same":    {olds: props(map[string]any{"size": 1}), news: props(map[string]any{"size": 1}), want: kinds{}},
		"update":  {olds: props(map[string]any{"size": 1}), news: props(map[string]any{"size": 2}), want: kinds{"size": pulumirpc.PropertyDiff_UPDATE}},
		"secrets": {olds: resource.PropertyMap{"password": secret("a")}, news: resource.PropertyMap{"password": secret("a")}, want: kinds{}},
		"add and delete": {olds: props(map[string]any{"labels": map[string]any{"a": "1"}}), news: props(map[string]any{"labels": map[string]any{"b": "1"}}),
			want: kinds{"labels.a": pulumirpc.PropertyDiff_DELETE, "labels.b": pulumirpc.PropertyDiff_ADD}},
		"replace": {olds: props(map[string]any{"zone": "a"}), news: props(map[string]any{"zone": "b"}), deleteFirst: true,
			want: kinds{"zone": pulumirpc.PropertyDiff_UPDATE_REPLACE}},
		"replace by deletion": {olds: props(map[string]any{"zone": "a"}), news: props(nil), deleteFirst: true,
			want: kinds{"zone": pulumirpc.PropertyDiff_DELETE_REPLACE}},
		"unknown": {olds: props(map[string]any{"zone": "a"}), news: resource.PropertyMap{"zone": unknown()}, deleteFirst: true,
			want: kinds{"zone": pulumirpc.PropertyDiff_UPDATE_REPLACE}},
		"nested in place": {olds: props(map[string]any{"parts": []any{part(1, "x")}}), news: props(map[string]any{"parts": []any{part(2, "x")}}),
			want: kinds{"parts[0].port": pulumirpc.PropertyDiff_UPDATE}},
		"nested replace": {olds: props(map[string]any{"parts": []any{part(1, "x")}}), news: props(map[string]any{"parts": []any{part(1, "y")}}), deleteFirst: true,
			want: kinds{"parts[0].image": pulumirpc.PropertyDiff_UPDATE_REPLACE}},
		"all of it": {olds: props(map[string]any{"parts": []any{part(1, "x")}}), news: props(nil), deleteFirst: true,
			want: kinds{"parts": pulumirpc.PropertyDiff_DELETE_REPLACE}},
		"ignored": {olds: props(map[string]any{"zone": "a", "size": 1}), news: props(map[string]any{"zone": "b", "size": 1}), ignore: []string{"zone"}, want: kinds{}},
	} {
		t.Run(name, func(t *testing.T) {
			res, err := c.Diff(t.Context(), &pulumirpc.DiffRequest{
				Id: "web", Urn: thingURN, OldInputs: pack(t, test.olds), Olds: pack(t, test.olds), News: pack(t, test.news), IgnoreChanges: test.ignore,
			})
			require.NoError(t, err)
			got := kinds{}
			for path, change := range res.DetailedDiff {
				got[path] = change.Kind
				assert.True(t, change.InputDiff)
			}
			assert.Equal(t, test.want, got)
			assert.True(t, res.HasDetailedDiff)
			assert.Equal(t, test.deleteFirst, res.DeleteBeforeReplace)
			assert.Equal(t, test.deleteFirst, len(res.Replaces) > 0)
			if len(test.want) == 0 {
				assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, res.Changes)
			}
		})
	}
}
