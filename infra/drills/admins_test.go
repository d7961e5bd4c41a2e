//go:build drills

package drills

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// adminCidrs opens Postgres to an administrator's address and, once there is a key, SSH on both hosts; and closes them
// again, in both firewalls and pg_hba.conf, on VMs that go on running.
func anAdministratorComesAndGoes(t *testing.T) {
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	incarnations := booted.incarnations(t)
	admin, stranger := newStranger(t, web.Address), newStranger(t, web.Address)
	login := booted.login(t)

	booted.typeTodo(t, "remember me while administrators come and go")
	start := time.Now()
	booted.configure(t, "adminCidrs[0]", addressOf(t, admin)+"/32")
	booted.up(t).succeeds(t)
	booted.whole(t, "an administrator's address added to adminCidrs", start)

	hosts := []string{web.Address, database.Address}
	for _, host := range hosts {
		require.False(t, connects(t, admin, "root", host, 22), "nobody has a key to log in with")
	}
	require.False(t, connects(t, stranger, "root", database.Address, 5432), "only the administrator's")
	session := login.from(t, admin)
	require.Equal(t, addressOf(t, admin), answer(t, session, "SELECT host(inet_client_addr())"))

	start = time.Now()
	booted.configure(t, "adminSshKeys[0]", nobodysKey(t))
	booted.up(t).succeeds(t)
	booted.whole(t, "a first SSH key added", start)
	for _, host := range hosts {
		require.True(t, connects(t, admin, "root", host, 22))
		require.False(t, connects(t, stranger, "root", host, 22), "only the administrator's")
	}

	start = time.Now()
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminCidrs"))
	booted.up(t).succeeds(t)
	booted.whole(t, "the administrator's address removed from adminCidrs", start)

	require.True(t, connects(t, admin, "root", web.Address, 443), "it is there, so the refusals below prove something")
	for _, host := range hosts {
		require.False(t, connects(t, admin, "root", host, 22))
		require.False(t, connects(t, admin, "root", host, 5432))
	}
	// Neither the clouds' firewalls nor Postgres end a session when what let it in is taken away: connections are tracked,
	// and pg_hba.conf is read when one begins.
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
	require.Equal(t, "1", answer(t, session, "SELECT '1'"))
	theSecondWallStands(t, login, admin)
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminSshKeys"))
	require.Equal(t, incarnations, booted.incarnations(t))
}

// theSecondWallStands shows what pg_hba.conf refuses while the firewall, opened by hand, lets everybody in who is given.
func theSecondWallStands(t *testing.T, login login, host string) {
	database := booted.machine(t, state.GCP).Address
	booted.hand(t).change(t, must(t, booted.resources(t), "gcp:compute/firewall:Firewall database-allow-postgres"), func(args map[string]any) {
		args["sourceRanges"] = append(args["sourceRanges"].([]any), addressOf(t, host)+"/32")
	})
	require.True(t, connects(t, host, "root", database, 5432))
	_, err := login.connect(t, host)
	require.ErrorContains(t, err, "pg_hba.conf rejects connection")
	booted.repair(t, "a firewall rule widened by hand, repaired")
	require.False(t, connects(t, host, "root", database, 5432))
}

func answer(t *testing.T, session *pgx.Conn, sql string) (text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	require.NoError(t, session.QueryRow(ctx, sql).Scan(&text))
	return text
}
