package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"crosscloud/app/metrics"
	"crosscloud/app/postgres"
	"crosscloud/app/web"
)

// Both together are below podman's and docker's ten seconds between SIGTERM and
// SIGKILL.
const (
	// shutdownTimeout lets requests in flight end: a call to the store waits 2 s
	// for its turn and 6 s for the database at most. Nearly all requests make one;
	// some make up to three, and one that waits that long in several is cut off.
	shutdownTimeout = 8 * time.Second
	// closeTimeout lets the database's connections end. That is a farewell to
	// each and no wait for an answer, unless the last call on one was given up:
	// pgx then wants to hear how it ended, for as long as 15 s.
	closeTimeout = time.Second
)

// sources is where a checkout has the templates and static files.
const sources = "app/web"

func serve(ctx context.Context, config Config, log *slog.Logger, _ io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return fmt.Errorf("LISTEN=%s: %w", config.Listen, err)
	}
	return serveOn(ctx, listener, config, log)
}

// serveOn serves until ctx ends, then lets requests in flight finish. It
// serves before the database answers: /readyz tells when it does.
func serveOn(ctx context.Context, listener net.Listener, config Config, log *slog.Logger) error {
	migrations, err := postgres.Embedded()
	if err != nil {
		return err
	}
	if postgres.Unprotected(config.Database.ConnConfig) {
		log.Warn("DATABASE_URL does not say sslmode=verify-full: whoever answers at that address reads every todo")
	}
	// The pool outlives ctx: requests in flight still need it.
	store, err := postgres.Open(context.WithoutCancel(ctx), config.Database)
	if err != nil {
		return err
	}
	defer closeInTime(store, log)
	counted := metrics.New(store.Stats)
	if config.MetricsListen != "" {
		stop, err := serveMetrics(ctx, config.MetricsListen, counted.Handler(), log)
		if err != nil {
			return err
		}
		defer stop()
	}

	var background sync.WaitGroup
	defer background.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // before the wait, also when serving failed
	background.Go(func() {
		migrateEventually(ctx, migrations, config.Database.ConnConfig, log)
		purgeHourly(ctx, store, config.ListTTL, log, counted.Purged)
	})

	options := []web.Option{web.Observed(counted.Answered)}
	if config.Mode == Development {
		live, err := web.Live(ctx, os.DirFS(sources), log)
		if err != nil {
			return fmt.Errorf("APP_SETTINGS=development works in the root of a checkout: %w", err)
		}
		options = append(options, live)
	}
	ready := func(ctx context.Context) error { return store.Ready(ctx, migrations) }
	server := newServer(web.New(store, ready, log, options...), log)
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(server, listener) }()
	log.Info("listening", "url", "http://"+listener.Addr().String()+"/")

	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	log.Info("shutting down", "at_most", shutdownTimeout.String())
	deadline, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer done()
	if err := server.Shutdown(deadline); err != nil {
		server.Close()
		return fmt.Errorf("requests did not end in time: %w", err)
	}
	log.Info("stopped")
	return nil
}

// closeInTime leaves to the end of the process what does not end by itself.
func closeInTime(store *postgres.Store, log *slog.Logger) {
	closed := make(chan struct{})
	go func() { store.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(closeTimeout):
		log.Warn("connections to the database did not end in time: they end with the process")
	}
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler,
		// nginx in front has read a request whole before it passes it on;
		// these limits are for whoever reaches the port without it.
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second,
		MaxHeaderBytes:    32 << 10,
		// Longer than nginx keeps idle connections to us (60 s). The side that
		// sends requests must be the one that closes, or it may send one into a
		// connection that is about to close, and has to send it again.
		IdleTimeout: 2 * time.Minute,
		ErrorLog:    slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}
