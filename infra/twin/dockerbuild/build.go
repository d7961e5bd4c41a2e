package dockerbuild

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// goImage is the toolchain that the twin makes from this machine's own where no registry answers.
const (
	goImageArg = "GO_IMAGE"
	goImage    = "crosscloud-twin/golang"
)

// tailLines is how much of a failed build's output its error repeats: enough for the failing step and its message.
const tailLines = 20

// build runs the classic builder, which every engine has, and returns the image's id and the ids of all steps, those of
// a build that failed too. The output goes to progress as it comes.
func build(ctx context.Context, in ImageArgs, tag string, progress io.Writer) (id string, steps []string, err error) {
	dir, err := os.MkdirTemp("", "crosscloud-build-")
	if err != nil {
		return "", nil, err
	}
	defer os.RemoveAll(dir)
	idFile := filepath.Join(dir, "id")

	cmd := docker(ctx, arguments(in, tag, idFile)...)
	var output bytes.Buffer
	cmd.Stdout = io.MultiWriter(&output, progress)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return "", stepIDs(output.String()),
			fmt.Errorf("docker build %s: %w:\n%s", in.context(), err, tail(output.String(), tailLines))
	}
	text, err := os.ReadFile(idFile)
	return strings.TrimSpace(string(text)), stepIDs(output.String()), err
}

func arguments(in ImageArgs, tag, idFile string) []string {
	return []string{
		"build", "--force-rm", "--tag", tag, "--iidfile", idFile, "--file", in.dockerfile(),
		"--build-arg", goImageArg + "=" + goImage, in.context(),
	}
}

// docker runs the CLI, which finds the engine as the operator's own does: DOCKER_HOST, contexts, credentials.
func docker(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "docker", args...)
	// BuildKit needs a plugin that Debian's package lacks. One builder everywhere means that what passes here passes
	// there.
	cmd.Env = append(os.Environ(), "DOCKER_BUILDKIT=0")
	return cmd
}

// dockerOutput runs the CLI for its answer; an error carries what the command said.
func dockerOutput(ctx context.Context, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := docker(ctx, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("docker %s: %w: %s", args[0], err, strings.TrimSpace(stderr.String()))
	}
	return strings.TrimSpace(stdout.String()), nil
}

func tail(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
