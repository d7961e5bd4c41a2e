// Package command runs other programs for the twin and tells people at the terminal about those that take long.
package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"
)

// Run returns what a program printed on standard output. An error has the end of all that it printed.
func Run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		return out.String(), failed(cmd, err, out.String()+problem.String())
	}
	return out.String(), nil
}

// Pipe runs two programs, the second with the output of the first.
func Pipe(from, to *exec.Cmd) error {
	r, err := from.StdoutPipe()
	if err != nil {
		return err
	}
	// Two buffers, because the programs write at the same time.
	var fromProblem, toProblem bytes.Buffer
	to.Stdin, to.Stderr, from.Stderr = r, &toProblem, &fromProblem
	if err := from.Start(); err != nil {
		return err
	}
	toErr := to.Run()
	r.Close() // the first must not wait for a reader that is gone
	if toErr != nil {
		toErr = failed(to, toErr, toProblem.String())
	}
	fromErr := from.Wait()
	if fromErr != nil {
		fromErr = failed(from, fromErr, fromProblem.String())
	}
	return errors.Join(toErr, fromErr)
}

// failed names a command by its first two words and ends with the last that it said: why it failed.
func failed(cmd *exec.Cmd, err error, said string) error {
	err = fmt.Errorf("%s: %w", strings.Join(cmd.Args[:min(2, len(cmd.Args))], " "), err)
	const most = 2000
	if said = strings.TrimSpace(said); said != "" {
		err = fmt.Errorf("%w: %s", err, said[max(0, len(said)-most):])
	}
	return err
}

// Step does something that takes long. It prints what begins, and how long it took: in two lines, since steps may overlap.
func Step(w io.Writer, what string, do func() error) error {
	fmt.Fprintf(w, "%s …\n", what)
	start := time.Now()
	if err := do(); err != nil {
		fmt.Fprintf(w, "%s: failed\n", what)
		return err
	}
	fmt.Fprintf(w, "%s: %.0f s\n", what, time.Since(start).Seconds())
	return nil
}
