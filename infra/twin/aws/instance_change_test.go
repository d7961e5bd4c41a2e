package aws

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// TestWhatAChangeDoes has all changes; these are the ones that the machine hears of.
func TestAMachineIsToldWhatChanged(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()
	f.MustUp(profileToken, "other", values{"name": "other", "role": "web"})
	f.MustUp(instanceToken, web, with(args, values{
		"tags": values{"Name": "site"}, "iamInstanceProfile": "other", "instanceType": "t3.small", "userData": "#!/bin/sh\necho two\n",
	}))
	record, err := state.Get[state.Machine](f.store, id)
	require.NoError(t, err)
	assert.Equal(t, "site", record.Name)
	assert.Equal(t, map[string]string{"Name": "site"}, record.Tags)
	assert.Equal(t, "other", record.Identity)
	assert.Equal(t, "t3.small", record.Type)
	assert.Equal(t, "#!/bin/sh\necho two\n", record.UserData)
}

func TestATypeThatThereIsNotLeavesTheMachineStopped(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()
	_, err := f.Up(instanceToken, web, with(args, values{"instanceType": "t3.tiny"}))
	require.ErrorContains(t, err, "InvalidInstanceAttributeValue")
	assert.False(t, f.real(id).Running, "the AWS provider stops it before EC2 says no")
	f.MustUp(instanceToken, web, with(args, values{"instanceType": "t3.small"}))
	assert.True(t, f.real(id).Running)
}

func TestTwoChangesThatNeedAStopStopTwice(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()
	f.MustUp(instanceToken, web, with(args, values{"instanceType": "t3.small", "userData": "#!/bin/sh\necho two\n"}))
	assert.Equal(t, 3, f.real(id).Boots)
}

func TestAReplacementNeedsTheCardOfItsPredecessor(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()
	_, err := f.Up(instanceToken, web, with(args, values{"ami": f.account.imageID(catalogue[0])}))
	require.ErrorContains(t, err, "InvalidNetworkInterface.InUse")
	assert.True(t, f.real(id).Running, "the old one stays")
}

func TestAnUpdateThatCouldNotStartTheMachineIsTriedAgain(t *testing.T) {
	f := newFixture(t)
	id, args := f.up()
	larger := with(args, values{"instanceType": "t3.small"})
	f.account.env.Machines = broken{f.machines}
	_, err := f.Up(instanceToken, web, larger)
	require.ErrorContains(t, err, "no space left on device")
	f.account.env.Machines = f.machines
	f.MustUp(instanceToken, web, larger)
	assert.True(t, f.real(id).Running)
}
