package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"crosscloud/app/pgdev"
)

// buildFlags are the Dockerfile's, whose image is the binary and nothing else.
var (
	buildFlags  = []string{"-ldflags=-s -w", "-trimpath"}
	buildTarget = "crosscloud/app"
)

func build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "app")
	arguments := append([]string{"build", "-o", binary}, buildFlags...)
	cmd := exec.CommandContext(ctx, "go", append(arguments, buildTarget)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the app: %w\n%s", err, output)
	}
	return binary, nil
}

// app is a running app, with the settings of production. What it logs, a line
// for each request, is written and thrown away.
type app struct {
	url string // without a slash at its end
	cmd *exec.Cmd
}

// launchApp starts the binary and does not wait for it.
func launchApp(binary, database string) (*app, error) {
	port, err := pgdev.FreePort()
	if err != nil {
		return nil, err
	}
	listen := fmt.Sprintf("127.0.0.1:%d", port)
	cmd := exec.Command(binary)
	cmd.Dir = filepath.Dir(binary) // no .env of this checkout
	cmd.Env = []string{"DATABASE_URL=" + database, "LISTEN=" + listen}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &app{url: "http://" + listen, cmd: cmd}, nil
}

// startApp returns when the app serves: its migrations are applied.
func startApp(ctx context.Context, binary, database string) (*app, error) {
	a, err := launchApp(binary, database)
	if err != nil {
		return nil, err
	}
	if err := await(ctx, a.url+"/readyz", ""); err != nil {
		a.stop()
		return nil, err
	}
	return a, nil
}

// await asks until the answer is 200.
func await(ctx context.Context, address, cookie string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		request.Header.Set("Cookie", cookie)
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("GET %s was never answered with 200: %w", address, ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
}

func (a *app) stop() {
	a.cmd.Process.Signal(syscall.SIGTERM)
	a.cmd.Wait() // it ends by itself, within its shutdown timeout
}
