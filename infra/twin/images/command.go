package images

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// run returns what a command printed. An error has its last words.
func run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, args[0], err, last(out.String()+problem.String()))
	}
	return out.String(), nil
}

// pipe runs two commands, the second with the first's output.
func pipe(from, to *exec.Cmd) error {
	r, err := from.StdoutPipe()
	if err != nil {
		return err
	}
	var problem bytes.Buffer
	to.Stdin, to.Stderr, from.Stderr = r, &problem, &problem
	if err := from.Start(); err != nil {
		return err
	}
	if err := errors.Join(to.Run(), from.Wait()); err != nil {
		return fmt.Errorf("%s | %s: %w: %s", from.Args[0], strings.Join(to.Args[:2], " "), err, last(problem.String()))
	}
	return nil
}

// last is the end of a long text, where a failing command says why.
func last(text string) string {
	const most = 2000
	text = strings.TrimSpace(text)
	return text[max(0, len(text)-most):]
}
