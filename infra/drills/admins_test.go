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

// adminCidrs opens Postgres and SSH to an administrator's address and closes them again, in both firewalls and pg_hba,
// on VMs that go on running.
func anAdministratorComesAndGoes(t *testing.T) {
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	incarnations := booted.incarnations(t)
	admin, stranger := newStranger(t, web.Address), newStranger(t, web.Address)
	login := booted.login(t)

	booted.typeTodo(t, "remember me while administrators come and go")
	start := time.Now()
	require.NoError(t, booted.command("pulumi", "config", "set", "--path", "adminCidrs[0]", addressOf(t, admin)+"/32"))
	require.NoError(t, booted.command("pulumi", "up", "--yes"))
	booted.whole(t, "an administrator's address added to adminCidrs", start)

	require.True(t, connects(t, admin, "root", web.Address, 22))
	require.True(t, connects(t, admin, "root", database.Address, 22))
	require.False(t, connects(t, stranger, "root", database.Address, 5432), "only the administrator's")
	session := login.from(t, admin)
	require.Equal(t, addressOf(t, admin), answer(t, session, "SELECT host(inet_client_addr())"))

	start = time.Now()
	require.NoError(t, booted.command("pulumi", "config", "rm", "adminCidrs"))
	require.NoError(t, booted.command("pulumi", "up", "--yes"))
	booted.whole(t, "the administrator's address removed from adminCidrs", start)

	for _, host := range []string{web.Address, database.Address} {
		require.False(t, connects(t, admin, "root", host, 22))
		require.False(t, connects(t, admin, "root", host, 5432))
	}
	// Neither the clouds' firewalls nor Postgres end a session when what let it in is taken away: connections are tracked,
	// and pg_hba.conf is read when one begins.
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
	require.Equal(t, "1", answer(t, session, "SELECT '1'"))
	require.Equal(t, incarnations, booted.incarnations(t))
}

func answer(t *testing.T, session *pgx.Conn, sql string) (text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	require.NoError(t, session.QueryRow(ctx, sql).Scan(&text))
	return text
}
