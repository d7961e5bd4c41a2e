package main

import (
	"errors"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"crosscloud/app/postgres"
)

// Config is everything the app is told from outside. A secret, marked (*), may
// come as KEY_FILE instead: the name of a file that holds it, as orchestrators
// and service managers hand secrets over.
type Config struct {
	Mode          Mode            // APP_SETTINGS: production (default), development or testing
	Listen        string          // LISTEN: host:port, default 127.0.0.1:8080 (testing: a free port)
	MetricsListen string          // METRICS_LISTEN: host:port for Prometheus, loopback only; default none
	Database      *pgxpool.Config // DATABASE_URL (*): postgres:// or postgresql://, required
	ListTTL       time.Duration   // LIST_TTL: days after which a list that nobody opens is deleted, such as 365d (default)
	LogLevel      slog.Level      // LOG_LEVEL: debug, info (default), warn or error
}

// Mode is whom the app runs for.
type Mode string

const (
	// Production logs JSON, and looks as it was built.
	Production Mode = "production"
	// Development logs text and takes templates and static files from the
	// checkout's app/web as they are at the moment; pages in a browser load
	// again when one changes, or when the app has restarted.
	Development Mode = "development"
	// Testing is production for programs that start the app: it listens on a free
	// port, which the log names, and reads no .env, so that what a developer has
	// there changes no test.
	Testing Mode = "testing"
)

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
	report := func(key, value, reason string) { problems = append(problems, Problem{key, value, reason}) }
	get := func(key, fallback string) string {
		if value, _ := lookup(key); value != "" {
			return value
		}
		return fallback
	}

	config.Mode = Mode(get("APP_SETTINGS", string(Production)))
	listen := "127.0.0.1:8080"
	switch config.Mode {
	case Production, Development:
	case Testing:
		listen = "127.0.0.1:0"
	default:
		report("APP_SETTINGS", string(config.Mode), "must be production, development or testing")
	}

	config.Listen = get("LISTEN", listen)
	if _, err := checkListen(config.Listen); err != nil {
		report("LISTEN", config.Listen, err.Error())
	}
	if config.MetricsListen = get("METRICS_LISTEN", ""); config.MetricsListen != "" {
		host, err := checkListen(config.MetricsListen)
		if err == nil && !loopback(host) {
			err = errors.New("must be on a loopback address, such as 127.0.0.1:9090: metrics are not public")
		}
		if err != nil {
			report("METRICS_LISTEN", config.MetricsListen, err.Error())
		}
	}

	databaseURL, err := secret(get, "DATABASE_URL")
	if err == nil && databaseURL == "" {
		err = errors.New("is not set; it looks like postgres://user:password@host:5432/database")
	}
	if err == nil {
		config.Database, err = postgres.ParseURL(databaseURL)
	}
	if err != nil {
		report("DATABASE_URL", "", err.Error())
	}

	ttl := get("LIST_TTL", "365d")
	days, err := strconv.ParseUint(strings.TrimSuffix(ttl, "d"), 10, 16)
	if err != nil || days == 0 || !strings.HasSuffix(ttl, "d") {
		report("LIST_TTL", ttl, "must be a number of days from 1d to 65535d")
	}
	config.ListTTL = time.Duration(days) * 24 * time.Hour

	level := get("LOG_LEVEL", "info")
	if err := config.LogLevel.UnmarshalText([]byte(level)); err != nil {
		report("LOG_LEVEL", level, "must be debug, info, warn or error")
	}

	if problems != nil {
		return Config{}, problems
	}
	return config, nil
}

func checkListen(address string) (host string, err error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", errors.New("must be host:port or :port")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", errors.New("the port must be a number from 0 to 65535")
	}
	return host, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
