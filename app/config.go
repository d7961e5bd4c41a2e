package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/joho/godotenv"

	"crosscloud/app/postgres"
)

// Config is everything the app is told from outside.
type Config struct {
	Listen   string          // LISTEN: host:port, default 127.0.0.1:8080
	Database *pgxpool.Config // DATABASE_URL: postgres:// or postgresql://, required
	ListTTL  time.Duration   // LIST_TTL: days after which a list that nobody opens is deleted, such as 365d (default)
	LogLevel slog.Level      // LOG_LEVEL: debug, info (default), warn or error
}

const defaultListen = "127.0.0.1:8080"

// Problem is one setting that cannot be used.
type Problem struct {
	Key    string
	Value  string // as given; empty for what is missing or secret
	Reason string
}

// ConfigError lists every problem of a configuration, so that one attempt is
// enough to see them all.
type ConfigError []Problem

func (e ConfigError) Error() string {
	lines := []string{"the configuration cannot be used:"}
	for _, p := range e {
		line := "  " + p.Key
		if p.Value != "" {
			line += "=" + strconv.Quote(p.Value)
		}
		lines = append(lines, line+": "+p.Reason)
	}
	return strings.Join(lines, "\n")
}

// ReadConfig reads the settings through lookup, which is os.LookupEnv or a
// stand-in. A setting that is empty counts as not given.
func ReadConfig(lookup func(string) (string, bool)) (Config, error) {
	var config Config
	var problems ConfigError
	get := func(key, fallback string) string {
		if value, _ := lookup(key); value != "" {
			return value
		}
		return fallback
	}

	config.Listen = get("LISTEN", defaultListen)
	if err := checkListen(config.Listen); err != nil {
		problems = append(problems, Problem{"LISTEN", config.Listen, err.Error()})
	}

	if databaseURL := get("DATABASE_URL", ""); databaseURL == "" {
		problems = append(problems, Problem{"DATABASE_URL", "", "is not set; it looks like postgres://user:password@host:5432/database"})
	} else if database, err := postgres.ParseURL(databaseURL); err != nil {
		problems = append(problems, Problem{"DATABASE_URL", "", err.Error()})
	} else {
		config.Database = database
	}

	ttl := get("LIST_TTL", "365d")
	days, err := strconv.ParseUint(strings.TrimSuffix(ttl, "d"), 10, 16)
	if err != nil || days == 0 || !strings.HasSuffix(ttl, "d") {
		problems = append(problems, Problem{"LIST_TTL", ttl, "must be a number of days from 1d to 65535d"})
	}
	config.ListTTL = time.Duration(days) * 24 * time.Hour

	level := get("LOG_LEVEL", "info")
	if err := config.LogLevel.UnmarshalText([]byte(level)); err != nil {
		problems = append(problems, Problem{"LOG_LEVEL", level, "must be debug, info, warn or error"})
	}

	if problems != nil {
		return Config{}, problems
	}
	return config, nil
}

func checkListen(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return errors.New("must be host:port or :port")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errors.New("the port must be a number from 0 to 65535")
	}
	return nil
}

// environment looks a key up in the process's environment, then in the file
// (if there is one): what somebody set by hand for this run wins.
func environment(file string) (func(string) (string, bool), error) {
	values, err := godotenv.Read(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		// The parser quotes the line, which may hold a password.
		return nil, fmt.Errorf("%s cannot be read as KEY=value lines", file)
	}
	return func(key string) (string, bool) {
		if value, ok := os.LookupEnv(key); ok {
			return value, true
		}
		value, ok := values[key]
		return value, ok
	}, nil
}
