package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// program is the app of a checkout: built, run, and replaced.
type program struct {
	root, bin string            // the checkout; where binaries go
	settings  map[string]string // beside the environment's
	out       io.Writer

	builds  int
	path    string // of the last one that was built
	process *exec.Cmd
	ended   chan struct{} // is closed when it has ended
}

// build leaves what runs alone: the new binary has a name of its own.
func (p *program) build(ctx context.Context) error {
	p.builds++
	path, err := filepath.Abs(filepath.Join(p.bin, "app"+strconv.Itoa(p.builds)))
	if err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "./app")
	build.Dir = p.root
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the app: %w\n%s", err, output)
	}
	if p.path != "" {
		os.Remove(p.path)
	}
	p.path = path
	return nil
}

func (p *program) start(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, p.path)
	cmd.Dir = p.root
	cmd.Env = os.Environ()
	for key, value := range p.settings {
		cmd.Env = append(cmd.Env, key+"="+value)
	}
	cmd.Stdout, cmd.Stderr = p.out, p.out
	// Ctrl-C reaches this process alone, which then ends the parts in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		return err
	}
	p.process, p.ended = cmd, make(chan struct{})
	ended := p.ended
	go func() {
		cmd.Wait() // how it ended stands in its state
		close(ended)
	}()
	return nil
}

// stop lets requests in flight end, as a rollout does.
func (p *program) stop() {
	p.process.Process.Signal(syscall.SIGTERM)
	<-p.ended
}

// keepRunning runs p until ctx ends, and another build of it after each of the
// changes; announce is called for each start and ends with what it started. A
// program that ends before anything was changed will not run here at all; one
// that ends later has a new mistake in it, and gets another try.
func keepRunning(ctx context.Context, p *program, changes <-chan struct{}, announce func(context.Context)) error {
	if err := p.build(ctx); err != nil {
		return err
	}
	for changed := false; ; changed = true {
		if err := p.start(ctx); err != nil {
			return err
		}
		announcing, hush := context.WithCancel(ctx)
		go announce(announcing)
		err := p.runUntilRebuilt(ctx, changes, changed)
		hush()
		if ctx.Err() != nil {
			<-p.ended
			return nil // ended as asked
		}
		if err != nil {
			return err
		}
		p.stop()
	}
}

// runUntilRebuilt returns nil when there is a new binary to start.
func (p *program) runUntilRebuilt(ctx context.Context, changes <-chan struct{}, changed bool) error {
	ended := p.ended
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			if !changed {
				return &endedError{p.process.ProcessState}
			}
			fmt.Fprintf(p.out, "The app has ended: %v — it starts again when its code changes.\n", p.process.ProcessState)
			ended = nil
		case <-changes:
			if err := p.build(ctx); err != nil {
				if ctx.Err() == nil {
					fmt.Fprintln(p.out, err)
				}
				continue
			}
			fmt.Fprintln(p.out, "\nThe code has changed: the app starts again.")
			return nil
		}
	}
}

// endedError is an app that ended by itself.
type endedError struct{ state *os.ProcessState }

func (e *endedError) Error() string { return "the app has ended: " + e.state.String() }

// awaitReady asks until ctx ends: less and less often, since each question that
// is answered with no is a line in the app's log.
func awaitReady(ctx context.Context, url string) bool {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
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
		case <-time.After(pause):
		}
	}
}
