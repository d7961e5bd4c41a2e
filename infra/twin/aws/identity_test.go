package aws

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

const readOne = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:GetParameter","Resource":"arn:aws:ssm:us-east-1:111122223333:parameter/one"}]}`

func TestIdentity(t *testing.T) {
	f := newFixture(t)
	f.identity()
	f.MustUp(rolePolicyToken, "policy", values{"name": "web", "role": "web", "policy": readOne})

	assert.Equal(t, "arn:aws:iam::111122223333:role/web", f.Get("role").Output("arn"))
	assert.Regexp(t, "^AROA[A-Z2-7]{17}$", f.Get("role").Output("uniqueId"))
	assert.Equal(t, "arn:aws:iam::111122223333:instance-profile/web", f.Get("profile").Output("arn"))
	shared, err := state.Get[state.Role](f.store, "web")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"web": readOne}, shared.Policies, "the services read it there")
	assert.Equal(t, trustEC2, shared.TrustPolicy)

	readTwo := strings.ReplaceAll(readOne, "one", "two")
	assert.Equal(t, cloudtest.Updated, f.MustUp(rolePolicyToken, "policy", values{"name": "web", "role": "web", "policy": readTwo}).Change)
	assert.Equal(t, cloudtest.Updated, f.MustUp(roleToken, "role", values{"name": "web", "assumeRolePolicy": trustEC2, "description": "The web host"}).Change)
	shared, err = state.Get[state.Role](f.store, "web")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"web": readTwo}, shared.Policies, "an update of the role leaves its policies")

	require.NoError(t, f.Destroy("policy"))
	require.NoError(t, f.Destroy("profile"))
	require.NoError(t, f.Destroy("role"))
	_, err = state.Get[state.Role](f.store, "web")
	assert.ErrorIs(t, err, state.ErrNotFound)
}

func TestPoliciesWithConditionsAreNotKnown(t *testing.T) {
	f := newFixture(t)
	f.identity()
	_, err := f.Up(rolePolicyToken, "policy", values{"name": "web", "role": "web", "policy": strings.Replace(readOne, `"Effect"`, `"Condition":{},"Effect"`, 1)})
	assert.ErrorContains(t, err, `the twin does not know the element "Condition"`)
	assert.NotContains(t, err.Error(), "api error", "IAM takes it")
}
