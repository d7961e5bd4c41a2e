package cloud

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestARefreshMakesNoArgumentOfWhatTheCloudChose(t *testing.T) {
	things := newThings(t)
	c := dial(t, things.provider())
	given := props(map[string]any{"name": "web", "size": 3, "zone": "a", "labels": map[string]any{"team": "x"}})
	_, err := c.Create(t.Context(), &pulumirpc.CreateRequest{Urn: thingURN, Properties: pack(t, given)})
	require.NoError(t, err)
	things.change(t, "web", func(v *Thing) {
		frozen := true
		v.Frozen = &frozen
		v.Labels = map[string]string{"team": "x", "owner": "cloud"}
	})

	read, err := c.Read(t.Context(), &pulumirpc.ReadRequest{Id: "web", Urn: thingURN, Properties: pack(t, given), Inputs: pack(t, given)})
	require.NoError(t, err)
	assert.Equal(t, given, unpack(t, read.Inputs))
	outputs := unpack(t, read.Properties)
	assert.Equal(t, resource.NewProperty(true), outputs["frozen"])
	assert.Equal(t, resource.NewProperty("cloud"), outputs["labels"].ObjectValue()["owner"])

	imported, err := c.Read(t.Context(), &pulumirpc.ReadRequest{Id: "web", Urn: thingURN})
	require.NoError(t, err)
	assert.Equal(t, resource.NewProperty(true), unpack(t, imported.Inputs)["frozen"])
}

func TestCheckKeepsWhatIsLeftToTheCloud(t *testing.T) {
	c := dial(t, newThings(t).provider())
	given := props(map[string]any{"name": "mine", "size": 3, "zone": "a", "frozen": true, "labels": map[string]any{"owner": "web", "team": "x"}})
	for name, test := range map[string]struct{ news, want map[string]any }{
		"no longer given": {map[string]any{}, map[string]any{"frozen": true, "labels": map[string]any{"owner": "web"}}},
		"others only":     {map[string]any{"labels": map[string]any{}}, map[string]any{"frozen": true, "labels": map[string]any{"owner": "web"}}},
		"changed": {map[string]any{"frozen": false, "labels": map[string]any{"owner": "db"}},
			map[string]any{"frozen": false, "labels": map[string]any{"owner": "db"}}},
	} {
		t.Run(name, func(t *testing.T) {
			news, want := props(test.news), props(test.want)
			for _, key := range []resource.PropertyKey{"name", "size", "zone"} {
				news[key], want[key] = given[key], given[key]
			}
			inputs, failures := check(t, c, given, news)
			assert.Empty(t, failures)
			assert.Equal(t, want, inputs)
		})
	}
	hidden := resource.PropertyMap{"name": given["name"], "size": given["size"], "labels": unknown()}
	inputs, _ := check(t, c, given, hidden)
	assert.True(t, inputs["labels"].IsComputed())
}
