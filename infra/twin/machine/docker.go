package machine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

var absent = regexp.MustCompile(`(?i)no such (container|object|volume|network|image)|(volume|network|container) .* not found`)

// docker runs the docker command and returns its output. An error says what docker said; what names an absent object is
// ErrNotFound.
func docker(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "docker", args...)
	if stdin != nil {
		cmd.Stdin = bytes.NewReader(stdin)
	}
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	err := cmd.Run()
	if err == nil {
		return out.Bytes(), nil
	}
	said := strings.TrimSpace(problem.String())
	if _, exited := errors.AsType[*exec.ExitError](err); exited && args[0] != "exec" && absent.MatchString(said) {
		err = ErrNotFound
	}
	return out.Bytes(), fmt.Errorf("docker %s: %w: %s", strings.Join(args[:min(2, len(args))], " "), err, said)
}

// lines are the words that a docker listing printed.
func lines(out []byte) []string { return strings.Fields(string(out)) }
