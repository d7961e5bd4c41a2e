package postgres

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseURLTakesBothSpellingsAndAddsLimits(t *testing.T) {
	for _, scheme := range []string{"postgres", "postgresql"} {
		config, err := ParseURL(scheme + "://todo:s%2Fcret@db.example:6432/todo?sslmode=require&statement_timeout=2s")
		require.NoError(t, err)
		assert.Equal(t, "db.example", config.ConnConfig.Host)
		assert.EqualValues(t, 6432, config.ConnConfig.Port)
		assert.Equal(t, "s/cret", config.ConnConfig.Password)
		assert.Equal(t, connectTimeout, config.ConnConfig.ConnectTimeout)
		assert.Equal(t, "2s", config.ConnConfig.RuntimeParams["statement_timeout"], "the URL's own wish wins")
		assert.Equal(t, "2s", config.ConnConfig.RuntimeParams["lock_timeout"])
		assert.EqualValues(t, 10, config.MaxConns)
	}
	config, err := ParseURL("postgres://db.example/todo?connect_timeout=1")
	require.NoError(t, err)
	assert.Equal(t, time.Second, config.ConnConfig.ConnectTimeout)
}

func TestParseURLExplainsWithoutTellingThePassword(t *testing.T) {
	for input, reason := range map[string]string{
		"mysql://todo:hunter2@db/todo":                                "must start with postgres:// or postgresql://",
		"host=db password=hunter2":                                    "must start with postgres:// or postgresql://",
		"postgres://todo:hunter2@db":                                  "names no database",
		"postgres://todo:hunter2/x@db/todo":                           "percent-encoded",
		"postgres://todo:hunter2%zz@db/todo":                          "percent-encoded",
		"postgres://todo:hunter2@db:99999/todo":                       "invalid port",
		"postgres://todo:hunter2@db/todo?sslmode=maybe":               "sslmode",
		"postgres://todo:hunter2@db/todo?sslrootcert=/nowhere/ca.pem": "/nowhere/ca.pem",
		"postgres://todo:hunter2@db/todo?channel_binding=perhaps":     "channel_binding",
	} {
		_, err := ParseURL(input)
		if assert.ErrorContains(t, err, reason, input) {
			assert.NotContains(t, err.Error(), "hunter2", input)
		}
	}
}

func TestUnprotected(t *testing.T) {
	for url, want := range map[string]bool{
		"postgres://db.example/todo?sslmode=verify-full":           false,
		"postgres://198.51.100.7/todo?sslmode=verify-full":         false,
		"postgres://127.0.0.1/todo?sslmode=disable":                false,
		"postgres://[::1]/todo?sslmode=disable":                    false,
		"postgres:///todo?host=/run/postgresql":                    false,
		"postgres://db.example/todo":                               true, // prefer
		"postgres://db.example/todo?sslmode=require":               true,
		"postgres://db.example/todo?sslmode=disable":               true,
		"postgres://127.0.0.1,db.example/todo?sslmode=disable":     true,
		"postgres://db.example,127.0.0.1/todo?sslmode=verify-full": false,
	} {
		config, err := ParseURL(url)
		require.NoError(t, err, url)
		assert.Equal(t, want, Unprotected(config.ConnConfig), url)
	}
}
