package postgres

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/todo"
)

// The way the deployed app connects: verify-full with channel binding, to a
// server whose certificate a private CA signed.
func TestOnlyTheServerThatTheCAVouchesForIsBelieved(t *testing.T) {
	pgdev.Database(t) // skips where there is no Postgres
	ours, other := newAuthority(t), newAuthority(t)
	server := startTLS(t, ours)
	connect := func(host, sslmode string, trusted *authority) error {
		u, err := url.Parse(server.URL("postgres"))
		require.NoError(t, err)
		u.Host = net.JoinHostPort(host, u.Port())
		u.RawQuery = url.Values{
			"sslmode": {sslmode}, "sslrootcert": {trusted.file}, "channel_binding": {"require"},
		}.Encode()
		config, err := ParseURL(u.String())
		require.NoError(t, err)
		var encrypted bool
		row := open(t, config).pool.QueryRow(t.Context(), "select ssl from pg_stat_ssl where pid = pg_backend_pid()")
		if err := row.Scan(&encrypted); err != nil {
			return err
		}
		assert.True(t, encrypted)
		return nil
	}
	assert.NoError(t, connect("127.0.0.1", "verify-full", ours))

	err := connect("127.0.0.1", "verify-full", other)
	assert.ErrorContains(t, err, "certificate signed by unknown authority")
	assert.ErrorIs(t, translate(t.Context(), "connect", err), todo.ErrUnavailable)
	assert.ErrorContains(t, connect("localhost", "verify-full", ours), "certificate is not valid for any names")
	assert.Error(t, connect("127.0.0.1", "disable", ours), "channel binding needs TLS")
}

// startTLS runs a server with a certificate for 127.0.0.1.
func startTLS(t *testing.T, ca *authority) *pgdev.Server {
	t.Helper()
	dir := t.TempDir()
	first, err := pgdev.Start(t.Context(), dir)
	require.NoError(t, err)
	first.Stop()
	// Postgres wants its key to be its own; the directory is by now.
	info, err := os.Stat(dir)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, key.Public(), ca.key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certFile, keyFile := filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	writePEM(t, certFile, "CERTIFICATE", certificate)
	writePEM(t, keyFile, "PRIVATE KEY", private)
	for _, file := range []string{certFile, keyFile} {
		require.NoError(t, os.Chown(file, int(owner.Uid), int(owner.Gid)))
	}
	server, err := pgdev.Start(t.Context(), dir, "ssl=on", "ssl_cert_file="+certFile, "ssl_key_file="+keyFile)
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	return server
}

// authority is a private CA; file is where its certificate is.
type authority struct {
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
	file        string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "test"},
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "ca.pem")
	writePEM(t, file, "CERTIFICATE", der)
	return &authority{key, certificate, file}
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}
