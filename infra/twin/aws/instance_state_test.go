package aws

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

func TestAStoppedInstanceIsNotStartedByAnUnrelatedUpdate(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()
	args["creditSpecification"] = values{"cpuCredits": "standard"}
	f.MustUp(profileToken, "other", values{"name": "other", "role": "web"})
	f.MustUp(powerToken, "power", values{"instanceId": id, "state": stopped})
	for name, unrelated := range map[string]values{
		"tags": {"tags": some}, "volume's tags": {"volumeTags": some}, "profile": {"iamInstanceProfile": "other"},
		"metadata": {"metadataOptions": values{"httpPutResponseHopLimit": 2}}, "credits": {"creditSpecification": values{"cpuCredits": "unlimited"}},
		"volume": {"rootBlockDevice": values{"encrypted": true, "volumeSize": 20}}, "monitoring": {"monitoring": true},
		"protection": {"disableApiTermination": true}, "way of replacement": {"userDataReplaceOnChange": true},
	} {
		args = with(args, unrelated)
		assert.Equal(t, cloudtest.Updated, f.MustUp(instanceToken, web, args).Change, name)
		assert.False(t, f.real(id).Running, name)
	}
	f.MustUp(ingressToken, "in-http", f.rule("tcp", 80, 80, "0.0.0.0/0"))
	f.MustUp(interfaceToken, "card", values{"subnetId": f.Get("subnet").ID, "securityGroups": []any{f.Get("group").ID}, "tags": some})
	require.NoError(t, f.Destroy("card-ip-on"))
	assert.False(t, f.real(id).Running, "its network")
	require.True(t, f.Refresh("power"))
	assert.Equal(t, stopped, f.Get("power").Output("state"))

	// A new type needs the machine stopped, and the AWS provider starts it whatever it was before.
	f.MustUp(instanceToken, web, with(args, values{"instanceType": "t3.small"}))
	assert.True(t, f.real(id).Running)
}

func TestInstanceIsPoweredByAResourceOfItsOwn(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()
	f.MustUp(powerToken, "power", values{"instanceId": id, "state": "running"})
	assert.Equal(t, 1, f.real(id).Boots, "it ran already")

	assert.Equal(t, cloudtest.Updated, f.MustUp(powerToken, "power", values{"instanceId": id, "state": "stopped"}).Change)
	assert.False(t, f.real(id).Running)
	record, err := state.Get[state.Machine](f.store, id)
	require.NoError(t, err)
	assert.False(t, record.Running)
	require.True(t, f.Refresh(web))
	assert.Equal(t, "stopped", f.Get(web).Output("instanceState"))

	f.MustUp(instanceToken, web, with(args, values{"tags": values{"Name": "site"}}))
	assert.False(t, f.real(id).Running, "an unrelated update does not start it")
	f.MustUp(ingressToken, "in-http", f.rule("tcp", 80, 80, "0.0.0.0/0"))
	assert.Contains(t, f.real(id).Firewall, "tcp dport 80", "a stopped machine boots with the new rules")

	require.NoError(t, f.machines.Start(context.Background(), id))
	require.True(t, f.Refresh("power"))
	assert.Equal(t, cloudtest.Updated, f.MustUp(powerToken, "power", values{"instanceId": id, "state": "stopped"}).Change, "somebody started it")
	require.NoError(t, f.Destroy("power"))
	assert.False(t, f.real(id).Running, "it is left as it is")

	_, err = f.Up(powerToken, "lost", values{"instanceId": "i-0", "state": "running"})
	assert.ErrorContains(t, err, "InvalidInstanceID.NotFound: The instance ID 'i-0' does not exist")
	_, err = f.Up(powerToken, "odd", values{"instanceId": id, "state": "paused"})
	assert.ErrorContains(t, err, "expected state to be one of")
}

func TestAnInstanceThatIsRemovedByHandLeavesNoPowerState(t *testing.T) {
	f := newFixture(t)
	id, _ := f.up()
	f.MustUp(powerToken, "power", values{"instanceId": id, "state": "running"})
	require.NoError(t, f.machines.Delete(context.Background(), id))
	require.False(t, f.Refresh("power"))
	require.False(t, f.Refresh(web))
	_, err := state.Get[instanceState](f.store, id)
	assert.ErrorIs(t, err, state.ErrNotFound)
}
