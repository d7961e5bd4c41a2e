//go:build drills

package drills

import (
	"crypto"
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// The app goes over to the other role while the old one still logs in.
func theDatabasePasswordIsRotated(t *testing.T, c *commands) {
	before := booted.login(t)
	booted.typeTodo(t, "remember me across a new password")
	visits := booted.visit(t)
	start := time.Now()
	c.run(t)
	visits.allSucceeded(t)
	booted.whole(t, "database password rotated", start)
	require.NotEqual(t, before.url, booted.login(t).url)
	require.Equal(t, "todo_b\n", query(t, booted.machine(t, state.GCP),
		"SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'todo' AND client_addr IS NOT NULL"))
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
