package aws

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// broken is an engine whose disk is full.
type broken struct{ cloud.Machines }

func (broken) Create(context.Context, cloud.Spec) error { return errors.New("no space left on device") }
func (broken) Start(context.Context, string) error      { return errors.New("no space left on device") }
func (broken) SetFirewall(context.Context, string, string) error {
	return errors.New("no space left on device")
}

func (broken) SetAddress(context.Context, string, netip.Addr) error {
	return errors.New("no space left on device")
}

func TestAnAddressThatCannotMoveStays(t *testing.T) {
	f := newFixture(t)
	id, _ := f.up()
	f.MustUp(addressToken, "other", values{})
	move := values{"allocationId": f.Get("other").ID, "networkInterfaceId": f.Get("card").ID}
	f.account.env.Machines = broken{f.machines}
	_, err := f.Up(associationToken, "move", move)
	require.ErrorContains(t, err, "no space left on device")
	f.account.env.Machines = f.machines
	require.True(t, f.Refresh("card-ip-on"), "it is where it was")
	machine, err := state.Get[state.Machine](f.store, id)
	require.NoError(t, err)
	assert.Equal(t, f.Get("card-ip").Output("publicIp"), machine.Address)
	f.MustUp(associationToken, "move", move)
	assert.Equal(t, f.Get("other").Output("publicIp"), f.real(id).Address.String())
}

func TestAnAddressStaysIfNotAllOfItsWayIsFree(t *testing.T) {
	f := newFixture(t)
	f.network()
	f.card("card")
	f.card("second")
	// The record of the second is gone when it is to be removed: who reads this pipe finds it, and later nothing.
	record := filepath.Join(f.store.Dir(), "aws.addressAssociation", f.Get("second-ip-on").ID+".json")
	content, err := os.ReadFile(record)
	require.NoError(t, err)
	require.NoError(t, os.Remove(record))
	require.NoError(t, syscall.Mkfifo(record, 0o600))
	go func() {
		pipe, err := os.OpenFile(record, os.O_WRONLY, 0)
		assert.NoError(t, err)
		assert.NoError(t, os.Remove(record))
		_, err = pipe.Write(content)
		assert.NoError(t, errors.Join(err, pipe.Close()))
	}()
	_, err = f.Up(associationToken, "move", values{"allocationId": f.Get("card-ip").ID, "networkInterfaceId": f.Get("second").ID})
	require.ErrorContains(t, err, "not found")
	assert.True(t, f.Refresh("card-ip-on"), "it is where it was")
}

func TestARuleThatCannotBeLoadedLeavesNothing(t *testing.T) {
	f := newFixture(t)
	f.up()
	rule := f.rule("tcp", 5432, 5432, "203.0.113.7/32")
	f.account.env.Machines = broken{f.machines}
	_, err := f.Up(egressToken, "out-postgres", rule)
	require.ErrorContains(t, err, "no space left on device")
	f.account.env.Machines = f.machines
	f.MustUp(egressToken, "out-postgres", rule) // and not a duplicate
}

func TestAMachineThatCannotStartLeavesNothing(t *testing.T) {
	f := newFixture(t)
	args := f.machine()
	f.account.env.Machines = broken{f.machines}
	_, err := f.Up(instanceToken, web, args)
	require.ErrorContains(t, err, "no space left on device")
	f.account.env.Machines = f.machines
	f.MustUp(instanceToken, web, args) // the card is free
	records, err := state.List[state.Machine](f.store)
	require.NoError(t, err)
	assert.Len(t, records, 1)
}
