package gcp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

func TestDriftShowsAndIsMended(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))

	require.NoError(t, p.machines.Stop(t.Context(), "db"))
	require.True(t, p.Refresh("vm"))
	assert.Equal(t, "TERMINATED", p.Get("vm").Output("currentStatus"))
	assert.Equal(t, cloudtest.Updated, p.MustUp(instanceToken, "vm", p.vm(nil)).Change)
	assert.True(t, p.machine(t).Running)

	p.machines.Lose("db")
	require.False(t, p.Refresh("vm"))
	assert.Equal(t, cloudtest.Created, p.MustUp(instanceToken, "vm", p.vm(nil)).Change)

	p.machines.Lose("db-data")
	require.False(t, p.Refresh("data"))
}

// TestWhatSomebodyChangedIsChangedBack has what a refresh notices of a VM that goes on running.
func TestWhatSomebodyChangedIsChangedBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change object
		holds  func(p project) bool // while the VM is what the program wants
	}{
		"metadata": {
			object{"metadata": object{"crosscloud": "other"}},
			func(p project) bool { return p.record(t).Metadata["crosscloud"] == "{}" },
		},
		"network tags": {
			object{"tags": []any{"other"}},
			func(p project) bool { return strings.Contains(p.machine(t).Firewall, "dport 5432 ") },
		},
		"labels": {
			object{"labels": object{"part": "other"}},
			func(p project) bool { return p.record(t).Tags["part"] == "database" },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			p.needs()
			p.MustUp(instanceToken, "vm", p.vm(nil))
			hand := p.Beside()
			hand.Adopt(instanceToken, "vm", instanceID)
			hand.MustUp(instanceToken, "vm", p.vm(test.change))
			require.False(t, test.holds(p))
			require.True(t, p.Refresh("vm"))
			assert.Equal(t, cloudtest.Updated, p.MustUp(instanceToken, "vm", p.vm(nil)).Change)
			assert.True(t, test.holds(p))
			assert.Equal(t, 1, p.machine(t).Boots)
		})
	}
}

func TestASecretVersionThatSomebodyDisabledOrDestroyed(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.enable()
	args := object{"secret": p.MustUp(secretToken, "key", object{"secretId": "key", "replication": replicas}).ID, "secretData": "one"}
	first := p.MustUp(versionToken, "version", args)
	hand := p.Beside()
	hand.Adopt(versionToken, "version", first.ID)
	hand.MustUp(versionToken, "version", with(args, object{"enabled": false}))
	require.True(t, p.Refresh("version"))
	assert.Equal(t, cloudtest.Updated, p.MustUp(versionToken, "version", args).Change)
	known, err := state.Get[state.SecretVersion](p.store, first.ID)
	require.NoError(t, err)
	assert.Equal(t, state.VersionEnabled, known.State)

	require.NoError(t, hand.Destroy("version"))
	require.False(t, p.Refresh("version"))
	next := p.MustUp(versionToken, "version", args)
	assert.Equal(t, cloudtest.Created, next.Change)
	assert.Equal(t, "2", next.Output("version"), "so that hosts read it again")
}

func TestAServiceAccountThatSomebodyDeletedTookItsGrantsAlong(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	secret := p.MustUp(secretToken, "key", object{"secretId": "key", "replication": replicas}).ID
	grant := object{"secretId": secret, "role": "roles/secretmanager.secretAccessor", "member": "serviceAccount:" + email}
	p.MustUp(readerToken, "reader", grant)
	hand := p.Beside()
	hand.Adopt(accountToken, "host", p.Get("host").ID)
	require.NoError(t, hand.Destroy("host"))
	require.False(t, p.Refresh("host"))
	require.False(t, p.Refresh("reader"))
	_, err := p.Up(readerToken, "reader", grant)
	require.ErrorContains(t, err, "does not exist")
	assert.Equal(t, cloudtest.Created, p.MustUp(accountToken, "host", object{"accountId": "db-host"}).Change)
	assert.Equal(t, cloudtest.Created, p.MustUp(readerToken, "reader", grant).Change)
}
