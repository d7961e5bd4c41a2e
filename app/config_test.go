package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func lookupIn(values map[string]string) func(string) (string, bool) {
	return func(key string) (string, bool) {
		value, ok := values[key]
		return value, ok
	}
}

func TestConfigDefaults(t *testing.T) {
	config, err := ReadConfig(lookupIn(map[string]string{"DATABASE_URL": "postgresql://todo:pw@db.example/todo", "LISTEN": ""}))
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:8080", config.Listen)
	assert.Equal(t, slog.LevelInfo, config.LogLevel)
	assert.Equal(t, 365*24*time.Hour, config.ListTTL)
	assert.Equal(t, "db.example", config.Database.ConnConfig.Host)
}

func TestConfigReportsEveryProblemAtOnceAndNoSecret(t *testing.T) {
	_, err := ReadConfig(lookupIn(map[string]string{
		"LISTEN":       "8080",
		"DATABASE_URL": "mysql://todo:hunter2@db.example/todo",
		"LIST_TTL":     "0d",
		"LOG_LEVEL":    "chatty",
	}))
	assert.Equal(t, ConfigError{
		{"LISTEN", "8080", "must be host:port or :port"},
		{"DATABASE_URL", "", "must start with postgres:// or postgresql://"},
		{"LIST_TTL", "0d", "must be a number of days from 1d to 65535d"},
		{"LOG_LEVEL", "chatty", "must be debug, info, warn or error"},
	}, err)
	assert.EqualError(t, err, `the configuration cannot be used:
  LISTEN="8080": must be host:port or :port
  DATABASE_URL: must start with postgres:// or postgresql://
  LIST_TTL="0d": must be a number of days from 1d to 65535d
  LOG_LEVEL="chatty": must be debug, info, warn or error`)

	_, err = ReadConfig(lookupIn(nil))
	assert.ErrorContains(t, err, "DATABASE_URL: is not set")
	_, err = ReadConfig(lookupIn(map[string]string{"LISTEN": ":http"}))
	assert.ErrorContains(t, err, "the port must be a number")
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(file, []byte("# local\nCROSSCLOUD_A=file\nCROSSCLOUD_B='from file'\n"), 0o600))
	t.Setenv("CROSSCLOUD_A", "environment")
	lookup, err := environment(file)
	require.NoError(t, err)
	a, _ := lookup("CROSSCLOUD_A")
	b, _ := lookup("CROSSCLOUD_B")
	assert.Equal(t, "environment", a)
	assert.Equal(t, "from file", b)
	_, ok := lookup("CROSSCLOUD_C")
	assert.False(t, ok)

	_, err = environment(filepath.Join(t.TempDir(), "absent"))
	assert.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte("DATABASE_URL=\"postgres://todo:hunter2@db/todo\n"), 0o600))
	_, err = environment(file)
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "hunter2")
}
