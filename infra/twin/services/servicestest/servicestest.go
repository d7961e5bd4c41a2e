// Package servicestest is what tests of the services share: a twin with one role of AWS, and curl as a client that signs
// its requests with code that is not ours.
package servicestest

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/awsauth"
	"crosscloud/infra/twin/services/token"
	"crosscloud/infra/twin/state"
)

// The twin that tests have.
const (
	Account  = "111122223333"
	Region   = "us-east-1"
	Role     = "web"
	Instance = "i-0123456789abcdef0"
	trust    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

// Twin is a store with a role, and what checks its requests.
type Twin struct {
	t        testing.TB
	Store    *state.Store
	Mint     *token.Mint
	Verifier *awsauth.Verifier
	// Clock is now, if it is set.
	Clock time.Time
}

// New makes a twin in a temporary directory.
func New(t testing.TB) *Twin {
	t.Helper()
	twin := &Twin{t: t, Store: state.Open(t.TempDir())}
	var err error
	twin.Mint, err = token.NewMint(twin.Store)
	require.NoError(t, err)
	twin.Verifier = awsauth.NewVerifier(twin.Store, twin.Mint, Account, Region, twin.Now)
	twin.Allow()
	return twin
}

// Now is the twin's clock.
func (tw *Twin) Now() time.Time {
	if tw.Clock.IsZero() {
		return time.Now()
	}
	return tw.Clock
}

// Allow gives the role one statement for each pair of an action and a resource, and takes all others from it.
func (tw *Twin) Allow(grants ...string) {
	tw.t.Helper()
	role := state.Role{Name: Role, ID: "AROAEXAMPLE", TrustPolicy: trust, Policies: map[string]string{}}
	for i := 0; i < len(grants); i += 2 {
		role.Policies[fmt.Sprint("grant-", i)] = fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%q,"Resource":%q}]}`, grants[i], grants[i+1])
	}
	require.NoError(tw.t, state.Put(tw.Store, Role, role))
}

// Credentials are the role's.
func (tw *Twin) Credentials() awsauth.Credentials {
	tw.t.Helper()
	role, err := state.Get[state.Role](tw.Store, Role)
	require.NoError(tw.t, err)
	c, err := tw.Verifier.RoleCredentials(role, Instance)
	require.NoError(tw.t, err)
	return c
}

// Serve runs a handler over TLS for as long as the test runs.
func (tw *Twin) Serve(h http.Handler) *httptest.Server {
	server := httptest.NewUnstartedServer(h)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.StartTLS()
	tw.t.Cleanup(server.Close)
	return server
}

// Answer is what curl got.
type Answer struct {
	Status int
	Body   string
}

// Curl calls a server under a host name of AWS, as hosts do: signed for a service, with the credentials on its standard
// input, where a list of processes does not show them. Args are further ones of curl's.
func (tw *Twin) Curl(server *httptest.Server, c awsauth.Credentials, service, host, path string, args ...string) Answer {
	tw.t.Helper()
	config := fmt.Sprintf("user = \"%s:%s\"\n", c.AccessKeyID, c.SecretAccessKey)
	if c.SessionToken != "" {
		config += fmt.Sprintf("header = \"X-Amz-Security-Token: %s\"\n", c.SessionToken)
	}
	all := append([]string{
		"--silent", "--show-error", "--insecure", "--config", "-", "--max-time", "20", "--path-as-is",
		"--aws-sigv4", "aws:amz:" + Region + ":" + service,
		"--connect-to", host + ":443:" + server.Listener.Addr().String(),
		"--write-out", "\n%{http_code}", "https://" + host + path,
	}, args...)
	command := exec.CommandContext(tw.t.Context(), "curl", all...)
	command.Stdin = strings.NewReader(config)
	var stderr strings.Builder
	command.Stderr = &stderr
	out, err := command.Output()
	require.NoError(tw.t, err, stderr.String())
	at := strings.LastIndexByte(string(out), '\n')
	var a Answer
	a.Body = string(out[:at])
	_, err = fmt.Sscan(string(out[at+1:]), &a.Status)
	require.NoError(tw.t, err)
	return a
}
