package gcp

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
)

func TestInstanceUpdates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(p project) object
		want   string
		boots  int // how often the machine has booted afterwards
		check  func(t *testing.T, p project)
	}{
		"metadata": {
			func(project) object { return object{"metadata": object{"crosscloud": `{"revision":"2"}`}} },
			cloudtest.Updated, 1,
			func(t *testing.T, p project) {
				assert.Equal(t, map[string]string{"crosscloud": `{"revision":"2"}`}, p.record(t).Metadata)
			},
		},
		"labels": {
			func(project) object { return object{"labels": object{"part": "db"}} }, cloudtest.Updated, 1,
			func(t *testing.T, p project) { assert.Equal(t, map[string]string{"part": "db"}, p.record(t).Tags) },
		},
		"tags change the firewall": {
			func(project) object { return object{"tags": []any{"other"}} }, cloudtest.Updated, 1,
			func(t *testing.T, p project) {
				assert.NotContains(t, p.machine(t).Firewall, "5432")
				assert.Equal(t, []string{"other"}, p.record(t).NetworkTags)
			},
		},
		"another address": {
			func(p project) object {
				other := p.MustUp(addressToken, "ip2", object{"name": "ip2"}).Output("address")
				return object{"networkInterfaces": []any{object{
					"network": p.Get("network").ID, "subnetwork": p.Get("subnet").ID, "accessConfigs": []any{object{"natIp": other}},
				}}}
			},
			cloudtest.Updated, 1,
			func(t *testing.T, p project) {
				assert.Equal(t, "198.18.32.2", p.machine(t).Address.String())
				assert.Equal(t, "198.18.32.2", p.record(t).Address)
				assert.Equal(t, "10.164.32.2", p.record(t).PrivateAddress)
			},
		},
		"no external address": {
			func(p project) object {
				return object{"networkInterfaces": []any{object{"network": p.Get("network").ID, "subnetwork": p.Get("subnet").ID}}}
			},
			cloudtest.Updated, 1,
			func(t *testing.T, p project) { assert.False(t, p.machine(t).Address.IsValid()) },
		},
		"the machine type restarts it": {
			func(project) object { return object{"machineType": "e2-medium"} }, cloudtest.Updated, 2,
			func(t *testing.T, p project) { assert.Equal(t, "e2-medium", p.record(t).Type) },
		},
		"who it is restarts it": {
			func(p project) object {
				p.MustUp(accountToken, "other", object{"accountId": "other-host"})
				return object{"serviceAccount": object{"email": p.Get("other").Output("email"), "scopes": []any{"logging-write"}}}
			},
			cloudtest.Updated, 2,
			func(t *testing.T, p project) {
				assert.Equal(t, "other-host@my-project-123.iam.gserviceaccount.com", p.record(t).Identity)
				assert.Equal(t, []string{"https://www.googleapis.com/auth/logging.write"}, p.record(t).Scopes)
			},
		},
		"stopped": {
			func(project) object { return object{"desiredStatus": "TERMINATED"} }, cloudtest.Updated, 1,
			func(t *testing.T, p project) {
				assert.False(t, p.machine(t).Running)
				assert.Equal(t, "TERMINATED", p.Get("vm").Output("currentStatus"))
				assert.False(t, p.record(t).Running)
				assert.Equal(t, cloudtest.Updated, p.MustUp(instanceToken, "vm", p.vm(nil)).Change)
				assert.Equal(t, 2, p.machine(t).Boots)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			p.needs()
			p.MustUp(instanceToken, "vm", p.vm(nil))
			after, err := p.Up(instanceToken, "vm", p.vm(test.change(p)))
			require.NoError(t, err)
			assert.Equal(t, test.want, after.Change)
			assert.Equal(t, test.boots, p.machine(t).Boots)
			test.check(t, p)
		})
	}
}

func TestStoppedInstanceIsNotStartedByAnUnrelatedUpdate(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	args := p.vm(nil)
	delete(args, "desiredStatus")
	p.MustUp(instanceToken, "vm", args)
	require.NoError(t, p.machines.Stop(t.Context(), "db"))
	args["labels"] = object{"part": "db"}
	assert.Equal(t, "TERMINATED", p.MustUp(instanceToken, "vm", args).Output("currentStatus"))
	assert.False(t, p.machine(t).Running)
}

// What is refused at all, TestAVMThatRunsNeedsLeaveToBeStopped has.
func TestWhatNeedsNoStopIsChangedBeforeAStopIsRefused(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(object{"allowStoppingForUpdate": false}))
	both := p.vm(object{"allowStoppingForUpdate": false, "machineType": "e2-medium", "metadata": object{"crosscloud": "2"}})
	_, err := p.Up(instanceToken, "vm", both)
	require.ErrorContains(t, err, "please set allow_stopping_for_update = true")
	assert.Equal(t, "e2-small", p.record(t).Type)
	assert.Equal(t, 1, p.machine(t).Boots)
	assert.Equal(t, map[string]string{"crosscloud": "2"}, p.record(t).Metadata, "the hosts hear of it though the update fails")
	require.True(t, p.Refresh("vm"))
	both["machineType"] = "e2-small"
	assert.Equal(t, cloudtest.Same, p.MustUp(instanceToken, "vm", both).Change)
}

func TestAVMThatSomebodyStartedIsNotStoppedByARefusal(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))
	p.MustUp(instanceToken, "vm", p.vm(object{"desiredStatus": "TERMINATED"}))
	require.NoError(t, p.machines.Start(t.Context(), "db"))
	_, err := p.Up(instanceToken, "vm", p.vm(object{"allowStoppingForUpdate": false, "machineType": "e2-medium"}))
	require.ErrorContains(t, err, "requires stopping it")
	assert.True(t, p.machine(t).Running)
}

// stuck can't move an address while on is set.
type stuck struct {
	*cloudtest.Machines
	on *bool
}

func (s stuck) SetAddress(ctx context.Context, name string, address netip.Addr) error {
	if *s.on {
		return errors.New("address already in use")
	}
	return s.Machines.SetAddress(ctx, name, address)
}

func TestAnAddressThatCouldNotMoveIsTriedAgain(t *testing.T) {
	t.Parallel()
	machines, on := cloudtest.NewMachines(), false
	p := newProjectOn(t, stuck{machines, &on}, machines)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))
	other := p.MustUp(addressToken, "ip2", object{"name": "ip2"}).Output("address")
	moved := p.vm(object{"networkInterfaces": []any{object{
		"network": p.Get("network").ID, "subnetwork": p.Get("subnet").ID, "accessConfigs": []any{object{"natIp": other}},
	}}})
	on = true
	_, err := p.Up(instanceToken, "vm", moved)
	require.ErrorContains(t, err, "address already in use")
	on = false
	p.MustUp(instanceToken, "vm", moved)
	assert.Equal(t, other, p.machine(t).Address.String())
}
