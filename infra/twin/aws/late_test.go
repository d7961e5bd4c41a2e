package aws

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/servicestest"
	"crosscloud/infra/twin/state"
)

// late is an account whose clock the test moves, and what the services think of a host in it.
type late struct {
	*fixture
	clock    time.Time
	verifier *awsauth.Verifier
}

func newLate(t *testing.T) *late {
	f := newFixture(t)
	twin := servicestest.New(t)
	f.store, f.account.env.Store = twin.Store, twin.Store
	require.NoError(t, state.Delete[state.Role](twin.Store, servicestest.Role)) // the provider makes one of that name
	l := &late{fixture: f, clock: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return l.clock }
	f.account.now = now
	l.verifier = awsauth.NewVerifier(twin.Store, twin.Mint, servicestest.Account, servicestest.Region, now)
	f.identity()
	return l
}

// may says whether the web host may read a parameter.
func (l *late) may(parameter string) bool {
	l.t.Helper()
	role, err := state.Get[state.Role](l.store, "web")
	require.NoError(l.t, err)
	allowed, err := l.verifier.Allowed(awsauth.Caller{Role: "web", RoleID: role.ID}, "ssm:GetParameter", "arn:aws:ssm:us-east-1:111122223333:parameter/"+parameter)
	require.NoError(l.t, err)
	return allowed
}

func TestPolicyTakesEffectLate(t *testing.T) {
	l := newLate(t)
	policy := func(text string) string {
		return l.MustUp(rolePolicyToken, "policy", values{"name": "web", "role": "web", "policy": text}).Change
	}
	policy(readOne)
	assert.False(t, l.may("one"), "it is new")
	l.clock = l.clock.Add(state.Propagation - time.Second)
	assert.False(t, l.may("one"))
	require.NoError(t, l.account.attachPolicy(rolePolicyArgs{"web", "web", readOne}))
	l.clock = l.clock.Add(time.Second)
	assert.True(t, l.may("one"), "writing it once more did not make it new")

	readBoth := strings.Replace(readOne, `"arn:aws:ssm:us-east-1:111122223333:parameter/one"`,
		`["arn:aws:ssm:us-east-1:111122223333:parameter/one","arn:aws:ssm:us-east-1:111122223333:parameter/two"]`, 1)
	assert.Equal(t, cloudtest.Updated, policy(readBoth))
	assert.True(t, l.may("one"), "what was granted before goes on")
	assert.False(t, l.may("two"))
	require.True(t, l.Refresh("policy"))
	assert.Equal(t, cloudtest.Same, policy(readBoth), "no drift while it is late")
	l.clock = l.clock.Add(state.Propagation)
	assert.True(t, l.may("two"))

	require.NoError(t, l.Destroy("policy"))
	assert.False(t, l.may("one"), "what is taken away is gone")
	policy(readOne)
	assert.False(t, l.may("one"), "and new when it comes back")
	assert.NoError(t, l.verifier.Authorize(l.verifier.Operator(), "ssm:GetParameter", "*"), "the operator does not wait")
}

func TestRoleOfAProfileTakesEffectLate(t *testing.T) {
	l := newLate(t)
	roleOf := func() string {
		profile, err := state.Get[state.InstanceProfile](l.store, "web")
		require.NoError(t, err)
		return l.verifier.RoleOf(profile)
	}
	assert.Empty(t, roleOf(), "the profile is new")
	l.clock = l.clock.Add(state.Propagation)
	assert.Equal(t, "web", roleOf())

	l.MustUp(roleToken, "other", values{"name": "other", "assumeRolePolicy": trustEC2})
	assert.Equal(t, cloudtest.Updated, l.MustUp(profileToken, "profile", values{"name": "web", "role": "other"}).Change)
	assert.Equal(t, "web", roleOf())
	require.True(t, l.Refresh("profile"))
	assert.Equal(t, cloudtest.Same, l.MustUp(profileToken, "profile", values{"name": "web", "role": "other"}).Change, "no drift while it is late")
	assert.Equal(t, cloudtest.Updated, l.MustUp(profileToken, "profile", values{"name": "web", "role": "other", "tags": values{"a": "b"}}).Change)
	l.clock = l.clock.Add(state.Propagation)
	assert.Equal(t, "other", roleOf(), "a tag is no other role")
}

func TestTrustTakesEffectLate(t *testing.T) {
	l := newLate(t)
	trusts := func() bool {
		role, err := state.Get[state.Role](l.store, "web")
		require.NoError(t, err)
		return l.verifier.TrustsEC2(role)
	}
	lambda := strings.Replace(trustEC2, "ec2", "lambda", 1)
	l.MustUp(roleToken, "role", values{"name": "web", "assumeRolePolicy": lambda})
	assert.True(t, trusts())
	l.clock = l.clock.Add(state.Propagation)
	assert.False(t, trusts())
}
