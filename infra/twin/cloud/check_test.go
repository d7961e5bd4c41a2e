package cloud

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func check(t *testing.T, c pulumirpc.ResourceProviderClient, olds, news resource.PropertyMap) (resource.PropertyMap, []*pulumirpc.CheckFailure) {
	res, err := c.Check(t.Context(), &pulumirpc.CheckRequest{
		Urn: thingURN, Olds: pack(t, olds), News: pack(t, news), RandomSeed: []byte("seed"),
	})
	require.NoError(t, err)
	return unpack(t, res.Inputs), res.Failures
}

func TestCheckFillsInDefaultsAndNames(t *testing.T) {
	c := dial(t, newThings(t).provider())

	inputs, failures := check(t, c, nil, props(map[string]any{"size": 3}))
	assert.Empty(t, failures)
	assert.Regexp(t, "^web-[0-9a-f]{7}$", inputs["name"].StringValue())
	assert.Equal(t, "a", inputs["zone"].StringValue())

	again, _ := check(t, c, inputs, props(map[string]any{"size": 4}))
	assert.Equal(t, inputs["name"], again["name"], "an update keeps the name")

	given, _ := check(t, c, inputs, props(map[string]any{"size": 4, "name": "mine", "zone": "b"}))
	assert.Equal(t, props(map[string]any{"size": 4, "name": "mine", "zone": "b"}), given)
	renamed, _ := check(t, c, given, props(map[string]any{"size": 4}))
	assert.Regexp(t, "^web-[0-9a-f]{7}$", renamed["name"].StringValue(), "a name that the program took back is not kept")

	prefixed, _ := check(t, c, inputs, props(map[string]any{"size": 3, "namePrefix": "old-"}))
	assert.Regexp(t, "^old-[0-9a-f]{7}$", prefixed["name"].StringValue())
	again, _ = check(t, c, prefixed, props(map[string]any{"size": 3, "namePrefix": "old-"}))
	assert.Equal(t, prefixed["name"], again["name"])
	later, _ := check(t, c, nil, resource.PropertyMap{"size": resource.NewProperty(3.0), "namePrefix": unknown()})
	assert.True(t, later["name"].IsComputed())
}

func TestOneOfAGroupIsGiven(t *testing.T) {
	kind := newThings(t).kind()
	kind.OneOf = [][]string{{"zone", "password"}}
	kind.Normalize = nil
	c := dial(t, Provider{Name: "test", Version: "1.2.3", Resources: []Resource{kind}})
	for name, test := range map[string]struct {
		given resource.PropertyMap
		says  string
	}{
		"none":    {resource.PropertyMap{}, `one of ["zone" "password"] must be specified`},
		"null":    {resource.PropertyMap{"zone": resource.NewNullProperty()}, `one of ["zone" "password"] must be specified`},
		"one":     {resource.PropertyMap{"zone": resource.NewProperty("a")}, ""},
		"empty":   {resource.PropertyMap{"zone": resource.NewProperty("")}, ""},
		"unknown": {resource.PropertyMap{"password": unknown()}, ""},
		"both": {resource.PropertyMap{"zone": resource.NewProperty("a"), "password": secret("x")},
			`only one of ["zone" "password"] can be specified, but ["zone" "password"] were specified`},
	} {
		t.Run(name, func(t *testing.T) {
			test.given["size"] = resource.NewProperty(1.0)
			_, failures := check(t, c, nil, test.given)
			if test.says == "" {
				assert.Empty(t, failures)
				return
			}
			require.Len(t, failures, 1)
			assert.Equal(t, test.says, failures[0].Reason)
		})
	}
}

func TestAChosenNameIsFreedBeforeItIsTakenAgain(t *testing.T) {
	kind := newThings(t).kind()
	kind.DeleteBeforeReplace = false
	c := dial(t, Provider{Name: "test", Version: "1.2.3", Resources: []Resource{kind}})
	for name, test := range map[string]struct {
		args map[string]any
		want bool
	}{
		"chosen":    {map[string]any{"size": 1, "name": "mine"}, true},
		"generated": {map[string]any{"size": 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			test.args["zone"] = "a"
			olds, _ := check(t, c, nil, props(test.args))
			test.args["zone"] = "b"
			news, _ := check(t, c, olds, props(test.args))
			res, err := c.Diff(t.Context(), &pulumirpc.DiffRequest{Id: "x", Urn: thingURN, OldInputs: pack(t, olds), News: pack(t, news)})
			require.NoError(t, err)
			assert.Equal(t, []string{"zone"}, res.Replaces)
			assert.Equal(t, test.want, res.DeleteBeforeReplace)
		})
	}
}

func TestCheckKeepsUnknownAndSecretValues(t *testing.T) {
	c := dial(t, newThings(t).provider())
	news := resource.PropertyMap{
		"name": unknown(), "size": unknown(), "zone": unknown(),
		"password": resource.MakeSecret(unknown()),
		"parts": resource.NewArrayProperty([]resource.PropertyValue{
			resource.NewObjectProperty(resource.PropertyMap{"port": unknown(), "image": secret("i")}),
		}),
	}
	inputs, failures := check(t, c, nil, news)
	assert.Empty(t, failures)
	assert.Equal(t, news, inputs)
}

func TestCheckReportsEveryFailure(t *testing.T) {
	c := dial(t, newThings(t).provider())
	for name, test := range map[string]struct {
		news map[string]any
		want map[string]string
	}{
		"missing":         {map[string]any{}, map[string]string{"size": `Missing required argument: "size" is required, but no value was given`}},
		"unknown names":   {map[string]any{"size": 1, "colour": "red", "parts": []any{map[string]any{"port": 1, "speed": 2}}}, map[string]string{"colour": unknownKey, "parts[0].speed": unknownKey}},
		"types":           {map[string]any{"size": "big", "labels": []any{"x"}, "frozen": 1}, map[string]string{"size": "expected an integer, got string", "labels": "expected a map, got []", "frozen": "expected a boolean, got number"}},
		"fractions":       {map[string]any{"size": 1.5}, map[string]string{"size": "expected an integer, got number"}},
		"the kind's own":  {map[string]any{"size": 101}, map[string]string{"size": "must be at most 100, got 101"}},
		"internal is not": {map[string]any{"size": 1, "__defaults": []any{}}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			_, failures := check(t, c, nil, props(test.news))
			got := map[string]string{}
			for _, f := range failures {
				got[f.Property] = f.Reason
			}
			assert.Equal(t, test.want, got)
		})
	}
}
