// Package postgres stores the domain in PostgreSQL 15 or newer.
package postgres

import (
	"context"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ParseURL reads a postgres:// or postgresql:// URL and adds the limits of a
// process that shares its database with another slot. The error never holds
// the URL or a part of it that could be the password.
func ParseURL(databaseURL string) (*pgxpool.Config, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		// Not wrapped: it quotes what it could not read, and with an unescaped
		// "/" or "#" in the password that is the password.
		return nil, errors.New("is not a URL (reserved characters in the password must be percent-encoded)")
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, errors.New("must start with postgres:// or postgresql://")
	}
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		_, reason, _ := strings.Cut(err.Error(), "`: ") // drops pgx's quote of the URL
		return nil, errors.New(reason)
	}
	connection := config.ConnConfig
	if connection.Database == "" {
		return nil, errors.New("names no database")
	}
	// pgx falls back to two minutes, longer than anybody waits for a page.
	if connection.ConnectTimeout == 0 || connection.ConnectTimeout > connectTimeout {
		connection.ConnectTimeout = connectTimeout
	}
	setDefault(connection.RuntimeParams, "application_name", "crosscloud")
	// The server ends what the client is about to give up on, also when the
	// client is gone without a word. A list that somebody else is changing is
	// free again long before its lock_timeout.
	setDefault(connection.RuntimeParams, "statement_timeout", "5s")
	setDefault(connection.RuntimeParams, "lock_timeout", "2s")
	setDefault(connection.RuntimeParams, "idle_in_transaction_session_timeout", "10s")
	for name, value := range planning {
		setDefault(connection.RuntimeParams, name, value)
	}

	// Two slots of ten leave most of Postgres's 100 connections to rollouts,
	// backups and people; more would only queue on the database's two cores.
	config.MaxConns = 10
	// One connection stays open: a new one costs several round trips between the clouds.
	config.MinIdleConns = 1
	config.MaxConnIdleTime = 5 * time.Minute
	// Connections move on after a change of address or certificate, not all at once.
	config.MaxConnLifetime = 30 * time.Minute
	config.MaxConnLifetimeJitter = 5 * time.Minute
	// pgx asks a connection that was idle for a second whether it lives, which
	// makes two round trips of each click. See Store.call for what replaces it.
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
	return config, nil
}

// planning is for the store's statements, each of which finds its rows by an
// index and has one good plan, whatever its parameters and however many rows
// there are by now. To plan anew for each call takes longer than the call, and
// a plan that was made while a table was small must not read all of it later.
var planning = map[string]string{
	"plan_cache_mode": "force_generic_plan",
	"enable_seqscan":  "off",
}

// connectTimeout is longer than anybody waits for a connection: one that is late
// serves the next call.
const connectTimeout = 3 * time.Second

func setDefault(params map[string]string, name, value string) {
	if _, set := params[name]; !set {
		params[name] = value
	}
}

// Unprotected reports whether a connection would leave this machine without
// proof of the server's identity (sslmode=verify-full). "require" encrypts,
// but to whoever answers.
func Unprotected(config *pgx.ConnConfig) bool {
	ways := append([]*pgconn.FallbackConfig{{Host: config.Host, TLSConfig: config.TLSConfig}}, config.Fallbacks...)
	return slices.ContainsFunc(ways, func(way *pgconn.FallbackConfig) bool {
		return !local(way.Host) && (way.TLSConfig == nil || way.TLSConfig.InsecureSkipVerify)
	})
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}
