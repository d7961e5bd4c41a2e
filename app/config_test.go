package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
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
	assert.Equal(t, Production, config.Mode)
	assert.Equal(t, "127.0.0.1:8080", config.Listen)
	assert.Empty(t, config.MetricsListen)
	assert.Equal(t, slog.LevelInfo, config.LogLevel)
	assert.Equal(t, 365*24*time.Hour, config.ListTTL)
	assert.Equal(t, "db.example", config.Database.ConnConfig.Host)
}

func TestConfigReportsEveryProblemAtOnceAndNoSecret(t *testing.T) {
	_, err := ReadConfig(lookupIn(map[string]string{
		"APP_SETTINGS":   "staging",
		"LISTEN":         "8080",
		"METRICS_LISTEN": "0.0.0.0:9090",
		"DATABASE_URL":   "mysql://todo:hunter2@db.example/todo",
		"LIST_TTL":       "0d",
		"LOG_LEVEL":      "chatty",
	}))
	assert.Equal(t, ConfigError{
		{"APP_SETTINGS", "staging", "must be production, development or testing"},
		{"LISTEN", "8080", "must be host:port or :port"},
		{"METRICS_LISTEN", "0.0.0.0:9090", "must be on a loopback address, such as 127.0.0.1:9090: metrics are not public"},
		{"DATABASE_URL", "", "must start with postgres:// or postgresql://"},
		{"LIST_TTL", "0d", "must be a number of days from 1d to 65535d"},
		{"LOG_LEVEL", "chatty", "must be debug, info, warn or error"},
	}, err)
	assert.EqualError(t, err, `the configuration cannot be used:
  APP_SETTINGS="staging": must be production, development or testing
  LISTEN="8080": must be host:port or :port
  METRICS_LISTEN="0.0.0.0:9090": must be on a loopback address, such as 127.0.0.1:9090: metrics are not public
  DATABASE_URL: must start with postgres:// or postgresql://
  LIST_TTL="0d": must be a number of days from 1d to 65535d
  LOG_LEVEL="chatty": must be debug, info, warn or error`)

	_, err = ReadConfig(lookupIn(nil))
	assert.ErrorContains(t, err, "DATABASE_URL: is not set")
	_, err = ReadConfig(lookupIn(map[string]string{"LISTEN": ":http"}))
	assert.ErrorContains(t, err, "the port must be a number")
}

func TestMetricsAreForThisMachineOnly(t *testing.T) {
	for address, taken := range map[string]bool{
		"127.0.0.1:9090": true, "127.8.8.8:9090": true, "[::1]:9090": true, "localhost:9090": true,
		":9090": false, "0.0.0.0:9090": false, "[::]:9090": false, "10.0.0.1:9090": false, "db.example:9090": false, "9090": false,
	} {
		config, err := ReadConfig(lookupIn(map[string]string{"DATABASE_URL": "postgres://db.example/todo", "METRICS_LISTEN": address}))
		if taken {
			assert.NoError(t, err)
			assert.Equal(t, address, config.MetricsListen)
		} else {
			assert.ErrorContains(t, err, "METRICS_LISTEN="+strconv.Quote(address), "%s", address)
		}
	}
}

func TestASecretComesFromAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	read := func(settings map[string]string) (Config, error) {
		settings["DATABASE_URL_FILE"] = file
		return ReadConfig(lookupIn(settings))
	}
	_, err := read(map[string]string{"LOG_LEVEL": "chatty"})
	assert.ErrorContains(t, err, "DATABASE_URL: cannot be read from DATABASE_URL_FILE: open "+file)
	assert.ErrorContains(t, err, "LOG_LEVEL", "beside every other problem")

	require.NoError(t, os.WriteFile(file, []byte("postgres://todo:hunter2@db.example/todo\n"), 0o600))
	config, err := read(map[string]string{})
	require.NoError(t, err)
	assert.Equal(t, "db.example", config.Database.ConnConfig.Host)
	assert.Equal(t, "todo", config.Database.ConnConfig.Database)

	_, err = read(map[string]string{"DATABASE_URL": "postgres://todo:hunter2@db.example/todo"})
	assert.ErrorContains(t, err, "DATABASE_URL: is set, and DATABASE_URL_FILE too")
	assert.NotContains(t, err.Error(), "hunter2")
	require.NoError(t, os.WriteFile(file, []byte("\n"), 0o600))
	_, err = read(map[string]string{})
	assert.ErrorContains(t, err, file+" is empty")
}

func TestTestingTakesAFreePortAndNoFile(t *testing.T) {
	config, err := ReadConfig(lookupIn(map[string]string{"DATABASE_URL": "postgres://db.example/todo", "APP_SETTINGS": "testing"}))
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:0", config.Listen)

	file := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(file, []byte("CROSSCLOUD_A=a developer's\n"), 0o600))
	t.Setenv("APP_SETTINGS", "testing")
	lookup, err := environment(file)
	require.NoError(t, err)
	_, ok := lookup("CROSSCLOUD_A")
	assert.False(t, ok)
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
