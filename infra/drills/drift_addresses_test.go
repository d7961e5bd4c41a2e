//go:build drills

package drills

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// Both addresses are given back to the clouds, which hand them to somebody else. The stack gets new ones, and what was
// made out for the old ones follows: certificates, both allow-lists, the app's connection.
func addressesReleasedByHand(t *testing.T) {
	resources, hand := booted.resources(t), booted.hand(t)
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	stranger := newStranger(t, web.Address)
	const databaseVM = "gcp:compute/instance:Instance database-vm"

	booted.typeTodo(t, "remember me across a move")
	// EC2 releases no address that is in use. Whether GCE does is not known, and the twin does not.
	hand.delete(t, must(t, resources, "aws:ec2/eipAssociation:EipAssociation web-host"))
	hand.delete(t, must(t, resources, "aws:ec2/eip:Eip web-address"))
	hand.change(t, must(t, resources, databaseVM), func(args map[string]any) {
		delete(args["networkInterfaces"].([]any)[0].(map[string]any), "accessConfigs")
	})
	hand.delete(t, must(t, resources, "gcp:compute/address:Address database-address-ip"))
	others := hand.create(t, "aws:ec2/eip:Eip", "somebody-else", nil)
	defer func() { assert.NoError(t, hand["aws"].Destroy("somebody-else")) }()
	require.Equal(t, web.Address, others.Output("publicIp"))
	othersToo := hand.create(t, "gcp:compute/address:Address", "somebody-else", map[string]any{"name": "somebody-else"})
	defer func() { assert.NoError(t, hand["gcp"].Destroy("somebody-else")) }()
	require.Equal(t, database.Address, othersToo.Output("address"))
	booted.unreachable(t)

	booted.repair(t, "both addresses released by hand, repaired with new ones")
	newWeb, newDatabase := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	require.NotEqual(t, web.Address, newWeb.Address)
	require.NotEqual(t, database.Address, newDatabase.Address)
	require.Equal(t, web.ID, newWeb.ID, "an address moves without its VM")
	require.Equal(t, database.ID, newDatabase.ID, "an address moves without its VM")
	require.True(t, connects(t, stranger, "root", newWeb.Address, 443))
	require.False(t, connects(t, stranger, "root", newDatabase.Address, 5432))
	// Connections of the old address hear nothing of its end: Postgres drops them after a minute of unanswered keepalives.
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		connections := query(t, newDatabase, "SELECT DISTINCT host(client_addr) FROM pg_stat_activity WHERE datname = 'todo' AND client_addr IS NOT NULL")
		assert.Equal(c, newWeb.Address+"\n", connections)
	}, 2*time.Minute, time.Second)
}
