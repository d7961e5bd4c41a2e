//go:build drills

package drills

import (
	"crypto"
	"crypto/tls"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// The app goes over to the other role while the old one still logs in; the second step takes the old password's role.
func theDatabasePasswordIsRotated(t *testing.T, c *commands) {
	leaked, web := booted.login(t), booted.machine(t, state.AWS).Container
	booted.typeTodo(t, "remember me across two new passwords")
	visits := booted.visit(t)
	printed := strings.Fields(c.run(t))
	require.Equal(t, strconv.Itoa(booted.passwordVersion(t)), printed[len(printed)-1])
	for _, step := range []struct {
		done, role string
		run        func(*testing.T) string
	}{
		{"database password rotated", "todo_b", c.run},
		{"database password rotated again", "todo_a", c.again},
	} {
		// Before it is rotated twice, a password logs in.
		require.NoError(t, leaked.from(t, web).Close(t.Context()))
		t.Setenv("NEXT", strconv.Itoa(booted.passwordVersion(t)+1))
		start, before := time.Now(), booted.login(t)
		step.run(t)
		booted.whole(t, step.done, start)
		require.NotEqual(t, before.url, booted.login(t).url)
		require.Equal(t, step.role+"\n", query(t, booted.machine(t, state.GCP),
			"SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'todo' AND backend_type = 'client backend' AND client_addr IS NOT NULL"))
	}
	visits.allSucceeded(t)
	_, err := leaked.connect(t, web)
	require.ErrorContains(t, err, "password authentication failed")
}

// The authority stays, so whoever trusts it trusts the new certificate.
func theServersKeyIsRotated(t *testing.T, c *commands) {
	before, key := booted.login(t), booted.serverKey(t)
	visits := booted.visit(t)
	start := time.Now()
	c.run(t)
	visits.allSucceeded(t)
	booted.whole(t, "TLS key of the database rotated", start)
	require.Equal(t, before, booted.login(t))
	require.False(t, key.Equal(booted.serverKey(t)))
}

// From the moment at which the database shows a certificate of the new authority until the app knows that authority, the
// app has only the connections that it has.
func theAuthorityIsRotated(t *testing.T, c *commands) {
	before := booted.login(t)
	visits := booted.visit(t)
	start := time.Now()
	c.run(t)
	visits.end()
	t.Logf("%d of %d visits failed: %q", len(visits.refused), visits.count, visits.refused)
	booted.whole(t, "CA of the database rotated", start)
	require.NotEqual(t, before.ca, booted.login(t).ca)
	booted.serverKey(t) // with the new authority only
}

type publicKey interface{ Equal(crypto.PublicKey) bool }

// serverKey is the public half of the key that Postgres shows to the web host.
func (s *stack) serverKey(t *testing.T) publicKey {
	t.Helper()
	session := s.login(t).from(t, s.machine(t, state.AWS).Container)
	return session.PgConn().Conn().(*tls.Conn).ConnectionState().PeerCertificates[0].PublicKey.(publicKey)
}
