package aws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

func TestParameter(t *testing.T) {
	f := newFixture(t)
	args := values{"name": "/crosscloud/local/desired", "type": "String", "insecureValue": "{}", "tags": values{"a": "b"}}
	made := f.MustUp(parameterToken, "desired", args)
	assert.Equal(t, "arn:aws:ssm:us-east-1:111122223333:parameter/crosscloud/local/desired", made.Output("arn"))
	assert.EqualValues(t, 1, made.Output("version"))

	preview, err := f.Preview(parameterToken, "desired", with(args, values{"insecureValue": "{1}"}))
	require.NoError(t, err)
	assert.True(t, preview["version"].IsComputed(), "who waits for the new version must not see the old one")
	assert.Equal(t, made.Outputs["arn"], preview["arn"])

	written := f.MustUp(parameterToken, "desired", with(args, values{"insecureValue": "{1}"}))
	assert.EqualValues(t, 2, written.Output("version"))
	retagged := f.MustUp(parameterToken, "desired", with(args, values{"insecureValue": "{1}", "tags": values{"a": "c"}}))
	assert.EqualValues(t, 2, retagged.Output("version"), "tags are no version")

	require.NoError(t, state.Update(f.store, "/crosscloud/local/desired", func(v state.Parameter, err error) (state.Parameter, error) {
		v.Value, v.Version = "from a host", 3
		return v, err
	}))
	require.True(t, f.Refresh("desired"))
	assert.Equal(t, "from a host", f.Get("desired").Output("insecureValue"))
	read, err := f.Call("aws:ssm/getParameter:getParameter", values{"name": "/crosscloud/local/desired"})
	require.NoError(t, err)
	assert.EqualValues(t, 3, read["version"])
	assert.Equal(t, "from a host", read["insecureValue"])

	require.NoError(t, f.Destroy("desired"))
	_, err = f.Call("aws:ssm/getParameter:getParameter", values{"name": "/crosscloud/local/desired"})
	assert.ErrorContains(t, err, "ParameterNotFound")
}

func TestSecretParameter(t *testing.T) {
	f := newFixture(t)
	made := f.MustUp(parameterToken, "url", values{"name": "/crosscloud/local/database-url", "type": "SecureString", "value": "postgres://x"})
	assert.True(t, made.Secret("value"))
	require.True(t, f.Refresh("url"))
	assert.True(t, f.Get("url").Secret("value"))
	shared, err := state.Get[state.Parameter](f.store, "/crosscloud/local/database-url")
	require.NoError(t, err)
	assert.Equal(t, "postgres://x", shared.Value, "hosts read it there")
}

func TestParameterTakenOver(t *testing.T) {
	f := newFixture(t)
	good := values{"name": "/a/b", "type": "String", "value": "v"}
	f.MustUp(parameterToken, "first", good)
	f.MustUp(parameterToken, "taken over", with(good, values{"overwrite": true}))
	f.MustUp(parameterToken, "long", values{"name": "/long", "type": "String", "tier": "Advanced", "value": strings.Repeat("x", 4097)})
	assert.Equal(t, cloudtest.Replaced, f.MustUp(parameterToken, "long", values{"name": "/long", "type": "String", "tier": "Standard", "value": "x"}).Change,
		"there is no way back from the advanced tier")
}

func TestWhatTheTwinDoesNotKnowOfParameters(t *testing.T) {
	f := newFixture(t)
	for name, test := range map[string]struct {
		changes values
		want    string
	}{
		"list": {values{"type": "StringList"}, "the twin does not know the type StringList"},
		"tier": {values{"tier": "Intelligent-Tiering"}, "the twin does not know the tier Intelligent-Tiering"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Up(parameterToken, "new "+name, with(values{"name": "/a", "type": "String", "value": "v"}, test.changes))
			assert.ErrorContains(t, err, test.want)
		})
	}
}
