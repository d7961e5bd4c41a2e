package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

// exitCode is that of a command which ran and failed.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit status %d", int(c)) }

// execute runs a command against the twin, in this process's place as far as the terminal goes: it gets the signals, and
// its exit code is the error.
func (t *twin) execute(ctx context.Context, args ...string) error {
	cmd := t.command(ctx, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	// The context ends at a signal that asks this process to end. Pulumi then needs time to write down what it did.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 2 * time.Minute

	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	if err := cmd.Start(); err != nil {
		return err
	}
	// The terminal interrupts the command itself; a second one from here would make pulumi give up at once.
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		go func() {
			for s := range interrupts {
				_ = cmd.Process.Signal(s)
			}
		}()
	}
	err := cmd.Wait()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		if status, ok := failed.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return exitCode(128 + int(status.Signal())) // as a shell says it
		}
		return exitCode(failed.ExitCode())
	}
	return err
}
