// Command dev runs the app on this machine for somebody who works on it, with a
// private Postgres whose data live in .postgres/. It starts the app again when
// its Go code changes; templates and static files the app follows by itself.
// Where DATABASE_URL or DATABASE_URL_FILE is set, in the environment or in
// .env, it uses that database and starts none. Run it from the repository's root.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/joho/godotenv"

	"crosscloud/app/pgdev"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A file that is absent or unreadable is the app's to complain about.
	settings, _ := godotenv.Read(".env")
	get := func(key string) string {
		if value, ok := os.LookupEnv(key); ok {
			return value
		}
		return settings[key]
	}
	os.Exit(report(dev(ctx, ".", ".postgres", get, os.Stdout), os.Stderr))
}

// report returns the exit code. An app that ended with one of its own has said
// why.
func report(err error, stderr io.Writer) int {
	var ended *endedError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ended) && ended.state.ExitCode() > 0:
		return ended.state.ExitCode()
	}
	fmt.Fprintln(stderr, "dev:", err)
	return 1
}

// dev runs the app of the checkout at root until ctx ends, then ends the app
// and after it Postgres, whose data are in the directory data.
func dev(ctx context.Context, root, data string, get func(string) string, out io.Writer) error {
	settings := map[string]string{"APP_SETTINGS": "development", "LISTEN": "127.0.0.1:8080"}
	for _, key := range []string{"APP_SETTINGS", "LISTEN", "DATABASE_URL", "DATABASE_URL_FILE"} {
		if value := get(key); value != "" {
			settings[key] = value
		}
	}
	site := siteURL(settings["LISTEN"])
	ready := func(context.Context) { fmt.Fprintf(out, "\nThe app is ready at %s (Ctrl-C ends it)\n\n", site) }

	if settings["DATABASE_URL"] == "" && settings["DATABASE_URL_FILE"] == "" {
		server, err := pgdev.Start(ctx, data)
		if errors.Is(err, pgdev.ErrNotInstalled) {
			return fmt.Errorf("%w; or set DATABASE_URL", err)
		}
		if errors.Is(err, pgdev.ErrRunning) {
			return fmt.Errorf("make dev runs in this checkout already: %w", err)
		}
		if err != nil {
			return err
		}
		defer server.Stop()
		databaseURL, err := server.EnsureDatabase(ctx, "todo")
		if err != nil {
			return err
		}
		settings["DATABASE_URL"] = databaseURL
		fmt.Fprintf(out, "Postgres runs on the data in %s/:  psql '%s'\n", data, databaseURL)
		ready = func(ctx context.Context) {
			link, err := exampleList(ctx, site, filepath.Join(data, "example-list"))
			if err != nil {
				fmt.Fprintln(out, "no example list:", err)
				link = "none"
			}
			fmt.Fprintf(out, "\nThe app is ready at %s (Ctrl-C ends it)\nAn example list: %s\n\n", site, link)
		}
	}

	if err := checkListen(settings["LISTEN"]); err != nil {
		return err
	}
	bin, err := os.MkdirTemp("", "crosscloud-dev-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)
	changes, err := watch(ctx, filepath.Join(root, "app"))
	if err != nil {
		return err
	}
	p := &program{root: root, bin: bin, settings: settings, out: out}
	return keepRunning(ctx, p, changes, func(ctx context.Context) {
		if awaitReady(ctx, site) {
			ready(ctx)
		}
	})
}
