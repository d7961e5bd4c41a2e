package aws

import (
	"net/netip"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

func TestImages(t *testing.T) {
	f := newFixture(t)
	query := func(more values) (map[string]any, error) {
		return f.Call("aws:ec2/getAmi:getAmi", with(values{"owners": []any{debian}, "mostRecent": true}, more))
	}
	filter := func(name string, patterns ...any) values {
		return values{"filters": []any{values{"name": name, "values": patterns}}}
	}
	newest, err := query(filter("name", "debian-13-amd64-*"))
	require.NoError(t, err)
	assert.Equal(t, "debian-13-amd64-20250906-0", newest["name"])
	assert.Regexp(t, "^ami-[0-9a-f]{17}$", newest["id"])
	assert.Equal(t, "x86_64", newest["architecture"])
	again, err := query(filter("architecture", "x86_64"))
	require.NoError(t, err)
	assert.Equal(t, newest["id"], again["id"])

	for name, test := range map[string]struct {
		args values
		want string
	}{
		"another owner":     {values{"owners": []any{"self"}}, "Your query returned no results"},
		"another version":   {filter("name", "debian-12-amd64-*"), "Your query returned no results"},
		"another processor": {filter("architecture", "arm64"), "Your query returned no results"},
		"not the newest":    {values{"mostRecent": false}, "Your query returned more than one result"},
		"unknown filter":    {filter("colour", "red"), "The filter 'colour' is invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := query(test.args)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestVersionIsTheSDKs(t *testing.T) {
	requirements, err := os.ReadFile("../../../go.mod")
	require.NoError(t, err)
	assert.Contains(t, string(requirements), "github.com/pulumi/pulumi-aws/sdk/v6 v"+version+"\n", "the engine warns when they differ")
}

func TestConfiguration(t *testing.T) {
	for name, test := range map[string]struct {
		config map[string]string
		want   string
	}{
		"its region":       {map[string]string{"region": "us-east-1"}, ""},
		"none":             {nil, ""},
		"another region":   {map[string]string{"region": "eu-west-1"}, "this twin plays the region us-east-1; aws:region is eu-west-1"},
		"no region":        {map[string]string{"region": "moon-1"}, "invalid AWS Region: moon-1"},
		"unknown settings": {map[string]string{"region": "us-east-1", "defaultTags": "{}"}, "the twin does not know the setting aws:defaultTags"},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(cloud.Env{Store: state.Open(t.TempDir()), Subnet: netip.MustParsePrefix("198.18.0.0/16"), Region: "us-east-1"})
			err := a.configure(test.config)
			if test.want == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, test.want)
			}
		})
	}
}
