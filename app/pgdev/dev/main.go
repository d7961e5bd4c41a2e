// Command dev runs the app on this machine, with a private Postgres whose data
// live in .postgres/. Where DATABASE_URL is set, in the environment or in .env,
// it uses that database and starts none. Run it from the repository's root.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

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
	if err := dev(ctx, ".postgres", get, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "dev:", err)
		os.Exit(1)
	}
}

// dev runs the app until ctx ends, then ends the app and after it Postgres.
func dev(ctx context.Context, data string, get func(string) string, out io.Writer) error {
	databaseURL := get("DATABASE_URL")
	if databaseURL == "" {
		server, err := pgdev.Start(ctx, data)
		if errors.Is(err, pgdev.ErrNotInstalled) {
			return fmt.Errorf("%w; or set DATABASE_URL", err)
		}
		if err != nil {
			return err
		}
		defer server.Stop()
		if databaseURL, err = server.EnsureDatabase(ctx, "todo"); err != nil {
			return err
		}
		fmt.Fprintf(out, "Postgres runs on the data in %s/:  psql '%s'\n", data, databaseURL)
	}
	listen := get("LISTEN")
	if listen == "" {
		listen = "127.0.0.1:8080"
	}

	bin, err := os.MkdirTemp("", "crosscloud-dev-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(bin)
	app := filepath.Join(bin, "app")
	build := exec.CommandContext(ctx, "go", "build", "-o", app, "crosscloud/app")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the app: %w", err)
	}

	cmd := exec.CommandContext(ctx, app)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+databaseURL, "LISTEN="+listen)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	// Ctrl-C reaches this process alone, which then ends the parts in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	announce, quiet := context.WithCancel(ctx)
	go func() {
		if url := siteURL(listen); awaitReady(announce, url) {
			fmt.Fprintf(out, "\nThe app is ready at %s (Ctrl-C ends it)\n\n", url)
		}
	}()
	err = cmd.Wait()
	quiet()
	if ctx.Err() != nil {
		return nil // ended as asked
	}
	return err
}

// siteURL is where a browser on this machine finds an app that listens there.
func siteURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen + "/" // the app refuses it with a better message
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}

func awaitReady(ctx context.Context, url string) bool {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"readyz", nil)
		if err != nil {
			return false
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(100 * time.Millisecond):
		}
	}
}
