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

	assert.ErrorContains(t, f.Destroy("role"), "DeleteConflict: Cannot delete entity, must delete policies first.")
	require.NoError(t, f.Destroy("policy"))
	require.NoError(t, f.Destroy("profile"))
	require.NoError(t, f.Destroy("role"))
	_, err = state.Get[state.Role](f.store, "web")
	assert.ErrorIs(t, err, state.ErrNotFound)
}

func TestIdentityRefusals(t *testing.T) {
	f := newFixture(t)
	f.identity()
	for name, test := range map[string]struct {
		token string
		args  values
		want  string
	}{
		"role twice":             {roleToken, values{"name": "web", "assumeRolePolicy": trustEC2}, "EntityAlreadyExists: Role with name web already exists."},
		"role with a long name":  {roleToken, values{"name": strings.Repeat("r", 65), "assumeRolePolicy": trustEC2}, "expected length of name"},
		"role with a bad name":   {roleToken, values{"name": "web/host", "assumeRolePolicy": trustEC2}, "invalid value for name"},
		"trust that is no JSON":  {roleToken, values{"name": "new", "assumeRolePolicy": "trust me"}, "MalformedPolicyDocument"},
		"trust without service":  {roleToken, values{"name": "new", "assumeRolePolicy": readOne}, "MalformedPolicyDocument"},
		"policy of no role":      {rolePolicyToken, values{"role": "absent", "policy": readOne}, "NoSuchEntity: The role with name absent cannot be found."},
		"policy that is no JSON": {rolePolicyToken, values{"role": "web", "policy": "{"}, "MalformedPolicyDocument"},
		"policy with conditions": {rolePolicyToken, values{"role": "web", "policy": strings.Replace(readOne, `"Effect"`, `"Condition":{},"Effect"`, 1)}, "MalformedPolicyDocument"},
		"long policy":            {rolePolicyToken, values{"role": "web", "policy": strings.Replace(readOne, "parameter/one", "parameter/"+strings.Repeat("x", maxInline), 1)}, "LimitExceeded: Maximum policy size of 10240 bytes exceeded for role web"},
		"profile twice":          {profileToken, values{"name": "web"}, "EntityAlreadyExists: Instance Profile web already exists."},
		"profile of no role":     {profileToken, values{"name": "new", "role": "absent"}, "NoSuchEntity"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.Up(test.token, "new-"+strings.ReplaceAll(name, " ", "-"), test.args)
			assert.ErrorContains(t, err, test.want)
		})
	}
}
