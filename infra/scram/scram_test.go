package scram

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/database/postgrestest"
)

// The password, salt and iteration count of the example exchange in RFC 7677 section 3.
func TestVerifierOfTheRFCsExample(t *testing.T) {
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	require.NoError(t, err)
	v, err := Verifier("pencil", salt, 4096)
	require.NoError(t, err)
	assert.Equal(t, "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"+
		"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=", v)
}

func TestVerifierRefuses(t *testing.T) {
	salt := []byte("0123456789abcdef")
	for name, c := range map[string]struct {
		password   string
		salt       []byte
		iterations int
		reason     string
	}{
		"empty password":       {"", salt, 4096, "empty"},
		"non-ASCII password":   {"pässword", salt, 4096, "printable ASCII"},
		"control character":    {"a\nb", salt, 4096, "printable ASCII"},
		"short salt":           {"pencil", salt[:15], 4096, "15 bytes"},
		"too few iterations":   {"pencil", salt, 4095, "4095 iterations"},
		"zero-value iteration": {"pencil", salt, 0, "0 iterations"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Verifier(c.password, c.salt, c.iterations)
			require.ErrorContains(t, err, c.reason)
			if len(c.password) > 3 {
				assert.NotContains(t, err.Error(), c.password, "an error must not print the password")
			}
		})
	}
}

func TestServerAcceptsThePasswordOfItsVerifier(t *testing.T) {
	server := postgrestest.Start(t, postgrestest.Options{HBA: "host all all 127.0.0.1/32 scram-sha-256\n"})
	const password = "correct horse battery staple ~!@#$%^&*()"
	for _, iterations := range []int{MinIterations, 10000} {
		v, err := Verifier(password, []byte("sixteen bytes +1"), iterations)
		require.NoError(t, err)
		server.Psql(t, `\getenv verifier VERIFIER
			DROP ROLE IF EXISTS reader;
			CREATE ROLE reader LOGIN PASSWORD :'verifier';`, map[string]string{"VERIFIER": v})

		stored := server.Psql(t, "SELECT rolpassword FROM pg_authid WHERE rolname = 'reader'", nil)
		assert.Equal(t, v, stored, "the server must take the verifier as it is, not as a password to hash")
		assert.NoError(t, connect(t, server, password))
		err = connect(t, server, strings.ToUpper(password))
		assert.ErrorContains(t, err, "28P01", "a wrong password must be refused by the server")
	}
}

func connect(t *testing.T, server *postgrestest.Server, password string) error {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	config, err := pgx.ParseConfig("host=127.0.0.1 user=reader dbname=postgres sslmode=disable")
	require.NoError(t, err)
	config.Port, config.Password = uint16(server.Port), password
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}
