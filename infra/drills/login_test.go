//go:build drills

package drills

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// login is what an operator gets from the stack's outputs to connect to the database.
type login struct{ url, ca string }

func (s *stack) login(t *testing.T) login {
	t.Helper()
	output := func(name string) string {
		text, err := s.read("pulumi", "stack", "output", name, "--show-secrets")
		require.NoError(t, err)
		return strings.TrimSpace(text)
	}
	return login{url: output("databaseUrl"), ca: output("databaseCa")}
}

// from connects from a host.
func (l login) from(t *testing.T, host string) *pgx.Conn {
	t.Helper()
	session, err := l.connect(t, host)
	require.NoError(t, err)
	return session
}

// connect is from where it may be refused. It trusts the stack's own authority and nobody else.
func (l login) connect(t *testing.T, host string) (*pgx.Conn, error) {
	t.Helper()
	require.Contains(t, l.url, "sslmode=verify-full")
	config, err := pgx.ParseConfig(l.url)
	require.NoError(t, err)
	config.TLSConfig.RootCAs = x509.NewCertPool()
	require.True(t, config.TLSConfig.RootCAs.AppendCertsFromPEM([]byte(l.ca)))
	config.DialFunc = func(_ context.Context, _, address string) (net.Conn, error) { return dialFrom(host, address) }
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	session, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	require.IsType(t, &tls.Conn{}, session.PgConn().Conn())
	t.Cleanup(func() { _ = session.Close(context.Background()) })
	return session, nil
}

// dialFrom opens a TCP connection from a container: a shell in it passes on both directions.
func dialFrom(container, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	relay := exec.Command("docker", "exec", "--interactive", container, "timeout", "600",
		"bash", "-c", `exec 3<>"/dev/tcp/$0/$1" && { cat <&3 & exec cat >&3; }`, host, port)
	in, err := relay.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := relay.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &relayed{Reader: out, WriteCloser: in, relay: relay}, relay.Start()
}

// relayed is a connection as far as its user looks at it; it has no deadlines.
type relayed struct {
	io.Reader
	io.WriteCloser
	relay *exec.Cmd
}

// Close lets the other side hear the end of what was written, and hang up.
func (c *relayed) Close() error {
	_ = c.WriteCloser.Close()
	impatient := time.AfterFunc(5*time.Second, func() { _ = c.relay.Process.Kill() })
	defer impatient.Stop()
	_ = c.relay.Wait() // an end of either kind
	return nil
}

func (c *relayed) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *relayed) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *relayed) SetDeadline(time.Time) error      { return nil }
func (c *relayed) SetReadDeadline(time.Time) error  { return nil }
func (c *relayed) SetWriteDeadline(time.Time) error { return nil }
