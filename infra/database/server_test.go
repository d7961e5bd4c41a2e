package database

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/database/postgrestest"
	"crosscloud/infra/scram"
)

// What roles.sql, pg_hba.conf and the database URL mean is what a server makes of them.

func TestRolesAreDefinedOnceAndFollowTheDesiredState(t *testing.T) {
	server := postgrestest.Start(t, postgrestest.Options{})
	apply := func(roles ...role) string { return defineRoles(t, server, roles...) }
	state := func() string {
		return server.Psql(t, `SELECT rolname, rolcanlogin, rolpassword IS NOT NULL, array_to_string(setconfig, ',')
			FROM pg_authid LEFT JOIN pg_db_role_setting ON setrole = oid WHERE rolname LIKE 'todo%' ORDER BY 1`, nil)
	}
	a, b := role{"todo_a", verifier(t, "first")}, role{"todo_b", verifier(t, "second")}

	assert.NotEmpty(t, apply(a))
	assert.Equal(t, "todo|f|f|\ntodo_a|t|t|role=todo", state())
	assert.Empty(t, apply(a), "the second run changes nothing")

	assert.Contains(t, apply(a, b), "CREATE ROLE", "a second login during a rotation")
	assert.Equal(t, "todo|f|f|\ntodo_a|t|t|role=todo\ntodo_b|t|t|role=todo", state())
	assert.Empty(t, apply(a, b))

	assert.Equal(t, "ALTER ROLE", apply(b), "the first one loses its way in")
	assert.Equal(t, "todo|f|f|\ntodo_a|f|f|role=todo\ntodo_b|t|t|role=todo", state())
	assert.Empty(t, apply(b))

	a.Verifier = verifier(t, "third")
	assert.NotEmpty(t, apply(a, b), "and comes back with another password")
	assert.Equal(t, a.Verifier, server.Psql(t, "SELECT rolpassword FROM pg_authid WHERE rolname = 'todo_a'", nil))

	server.Psql(t, "ALTER ROLE todo_a SUPERUSER; GRANT ALL ON DATABASE todo TO PUBLIC", nil)
	assert.NotEmpty(t, apply(a, b), "drift is repaired")
	assert.Empty(t, apply(a, b))
	assert.Equal(t, "f", server.Psql(t, "SELECT rolsuper FROM pg_roles WHERE rolname = 'todo_a'", nil))
	assert.Equal(t, "todo|0", server.Psql(t, `SELECT pg_get_userbyid(datdba), count(*) FILTER (WHERE grantee = 0)
		FROM pg_database, aclexplode(datacl) WHERE datname = 'todo' GROUP BY 1`, nil))

	hostile := role{`x"; DROP DATABASE todo; --`, `'; DROP ROLE todo; --`}
	apply(a, b, hostile)
	assert.Equal(t, "t", server.Psql(t, `SELECT rolcanlogin FROM pg_roles WHERE rolname = 'x"; DROP DATABASE todo; --'`, nil),
		"values are never part of the SQL text")
}

// The run that takes a login away may be killed before it has ended the sessions.
func TestSessionsEndWithTheirRolesLogin(t *testing.T) {
	server := postgrestest.Start(t, postgrestest.Options{HBA: "host all all 127.0.0.1/32 trust\n"})
	a, b := role{"todo_a", verifier(t, "first")}, role{"todo_b", verifier(t, "second")}
	apply := func(roles ...role) string { return defineRoles(t, server, roles...) }
	session := func(name string) *pgx.Conn {
		return must(pgx.Connect(t.Context(), fmt.Sprintf("host=127.0.0.1 port=%d dbname=todo user=%s", server.Port, name)))
	}
	apply(a, b)
	first, second := session("todo_a"), session("todo_b")
	defer second.Close(t.Context())
	assert.Equal(t, "ALTER ROLE\nended a session of todo_a", apply(b))
	assert.Error(t, first.Ping(t.Context()))

	apply(a, b)
	first = session("todo_a")
	server.Psql(t, "ALTER ROLE todo_a NOLOGIN PASSWORD NULL", nil)
	assert.Equal(t, "ended a session of todo_a", apply(b))
	assert.Error(t, first.Ping(t.Context()))
	assert.Empty(t, apply(b))
	assert.NoError(t, second.Ping(t.Context()), "nobody else is sent away")
}

func TestClientsConnectAsTheURLDemands(t *testing.T) {
	ca, certificate, serverKey := issue(t, net.IPv4(127, 0, 0, 1))
	desired := example
	desired.Roles = []role{{"todo_a", verifier(t, "pa55word")}}
	desired.Clients = []string{"127.0.0.1/32"}
	files := must(desired.files(must(fs.Sub(boot, "boot"))))
	server := postgrestest.Start(t, postgrestest.Options{
		HBA:      string(files["pg_hba.conf"]),
		Files:    map[string][]byte{"server.crt": certificate, "server.key": serverKey},
		Settings: map[string]string{"ssl": "on"},
	})
	defineRoles(t, server, desired.Roles...)
	root := filepath.Join(t.TempDir(), "ca.crt")
	require.NoError(t, os.WriteFile(root, ca, 0o644))
	stranger, _, _ := issue(t, net.IPv4(127, 0, 0, 1))
	strangerRoot := filepath.Join(t.TempDir(), "ca.crt")
	require.NoError(t, os.WriteFile(strangerRoot, stranger, 0o644))

	const good = "postgresql://todo_a:pa55word@127.0.0.1/todo?sslmode=verify-full&channel_binding=require"
	var user string
	require.NoError(t, connect(t, server, good, root, &user))
	assert.Equal(t, "todo", user, "the login role acts as the owner")

	for name, c := range map[string]struct{ url, root, reason string }{
		"without TLS":      {strings.Replace(good, "verify-full&channel_binding=require", "disable", 1), "", "pg_hba.conf rejects"},
		"wrong password":   {strings.Replace(good, "pa55word", "password", 1), root, "28P01"},
		"another database": {strings.Replace(good, "/todo?", "/postgres?", 1), root, "pg_hba.conf rejects"},
		"another user":     {strings.Replace(good, "todo_a", "postgres", 1), root, "pg_hba.conf rejects"},
		"another CA":       {good, strangerRoot, "certificate"},
		"no CA at all":     {good, "", "certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, connect(t, server, c.url, c.root, &user), c.reason)
		})
	}
}

// From one version of the password to the next, the server always knows the one that the app has.
func TestRotationLeavesTheAppLoggedIn(t *testing.T) {
	versions := []string{"zero", "first", "second", "third", "fourth"}
	files := must(desiredState{Database: "todo", Clients: []string{"127.0.0.1/32"}, Roles: []role{{Name: "todo_a"}, {Name: "todo_b"}}}.files(must(fs.Sub(boot, "boot"))))
	ca, certificate, serverKey := issue(t, net.IPv4(127, 0, 0, 1))
	server := postgrestest.Start(t, postgrestest.Options{
		HBA:      string(files["pg_hba.conf"]),
		Files:    map[string][]byte{"server.crt": certificate, "server.key": serverKey},
		Settings: map[string]string{"ssl": "on"},
	})
	root := filepath.Join(t.TempDir(), "ca.crt")
	require.NoError(t, os.WriteFile(root, ca, 0o644))
	logIn := func(version int) error {
		var user string
		role := map[int]string{0: "todo_b", 1: "todo_a"}[version%2]
		url := "postgresql://" + role + ":" + versions[version] + "@127.0.0.1/todo?sslmode=verify-full&channel_binding=require"
		return connect(t, server, url, root, &user)
	}
	for version := 1; version < len(versions); version++ {
		var roles []role
		for name, number := range map[string]int{"todo_a": newest(version, 1), "todo_b": newest(version, 0)} {
			if number > 0 {
				roles = append(roles, role{name, verifier(t, versions[number])})
			}
		}
		defineRoles(t, server, roles...)
		for tried := 1; tried < len(versions); tried++ {
			if tried == version || tried == version-1 {
				assert.NoError(t, logIn(tried), "version %d at version %d", tried, version)
			} else {
				assert.ErrorContains(t, logIn(tried), "28P01", "version %d at version %d", tried, version)
			}
		}
	}
}

// A statement carries people's texts, and so does what the server says of a failing one.
func TestTheLogHoldsNobodysTexts(t *testing.T) {
	settings := map[string]string{}
	for line := range strings.Lines(string(must(os.ReadFile("boot/postgresql.conf")))) {
		if name, value, found := strings.Cut(strings.TrimSpace(line), " = "); found && strings.HasPrefix(name, "log_") {
			settings[name] = value
		}
	}
	require.NotEmpty(t, settings)
	server := postgrestest.Start(t, postgrestest.Options{Settings: settings})
	conn, err := pgx.Connect(t.Context(), "user=postgres host="+server.Socket+" port="+strconv.Itoa(server.Port))
	require.NoError(t, err)
	defer conn.Close(t.Context())
	exec := func(statement string, arguments ...any) error {
		_, err := conn.Exec(t.Context(), statement, arguments...)
		return err
	}
	require.NoError(t, exec("CREATE TABLE todos (title text UNIQUE CHECK (title <> 'secret title'), number int NOT NULL DEFAULT 1)"))
	require.NoError(t, exec("INSERT INTO todos VALUES ('taken secret')"))
	for state, failing := range map[string]error{
		"23514": exec("INSERT INTO todos VALUES ($1)", "secret title"),
		"23505": exec("INSERT INTO todos VALUES ($1)", "taken secret"),
		"23502": exec("INSERT INTO todos VALUES ($1, NULL)", "some secret"),
		"22012": exec("SELECT 1 / 0, 'a secret literal'"),
	} {
		assert.ErrorContains(t, failing, state)
	}
	log := server.Log(t)
	assert.Contains(t, log, "violates check constraint", "it says what went wrong")
	assert.NotContains(t, log, "secret")
}

// defineRoles returns what roles.sql says of what it did.
func defineRoles(t *testing.T, server *postgrestest.Server, roles ...role) string {
	t.Helper()
	return server.Psql(t, string(must(os.ReadFile("boot/roles.sql"))), map[string]string{
		"CROSSCLOUD_DATABASE": "todo", "CROSSCLOUD_OWNER": "todo", "CROSSCLOUD_ROLES": string(must(json.Marshal(roles))),
	})
}

func connect(t *testing.T, server *postgrestest.Server, url, root string, user *string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if root != "" {
		url += "&sslrootcert=" + root
	}
	config, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	config.Port = uint16(server.Port)
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return conn.QueryRow(ctx, "SELECT current_user").Scan(user)
}

func verifier(t *testing.T, password string) string {
	t.Helper()
	v, err := scram.Verifier(password, []byte("sixteen bytes +1"), scram.MinIterations)
	require.NoError(t, err)
	return v
}

// issue makes a CA and a certificate for ip, the way the stack's resources do.
func issue(t *testing.T, ip net.IP) (ca, certificate, privateKey []byte) {
	t.Helper()
	caKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER := must(x509.CreateCertificate(rand.Reader, authority, authority, caKey.Public(), caKey))
	serverKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "test server"}, IPAddresses: []net.IP{ip},
		NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	serverDER := must(x509.CreateCertificate(rand.Reader, server, authority, serverKey.Public(), caKey))
	encode := func(kind string, der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}) }
	return encode("CERTIFICATE", caDER), encode("CERTIFICATE", serverDER), encode("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(serverKey)))
}
