package webhost

import (
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"crosscloud/infra/bundle"
)

// boot has bootstrap.sh, which becomes the user-data; agent/, which the user-data installs; and the rest, which
// arrives in bundles.
//
//go:embed boot
var boot embed.FS

// hostFiles are the files of every bundle. They include agent/, so that a machine's agent is kept up to date.
func hostFiles() fs.FS {
	files, err := fs.Sub(boot, "boot")
	if err != nil {
		panic(err) // the name is a constant that compiles only if the directory exists
	}
	return files
}

// maxUserData is EC2's limit, before base64: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html.
const maxUserData = 16 << 10

// parameterName is the part of SSM's grammar for names that needs no quoting in a shell or a unit file.
var parameterName = regexp.MustCompile(`^/[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$`)

// UserData is the script that a new machine runs once: bootstrap.sh, with the agent's files as an archive behind its
// last line. It names two parameters and has no secret. What it agrees on with bundles is for ever: see instance.go.
func UserData(desiredParameter, statusParameter string) (string, error) {
	for _, name := range []string{desiredParameter, statusParameter} {
		if !parameterName.MatchString(name) {
			return "", fmt.Errorf("user-data: %q is not the name of a parameter", name)
		}
	}
	script, err := boot.ReadFile("boot/bootstrap.sh")
	if err != nil {
		return "", fmt.Errorf("user-data: %w", err)
	}
	agent, err := fs.Sub(boot, "boot/agent")
	if err != nil {
		return "", fmt.Errorf("user-data: %w", err)
	}
	archive, err := bundle.Pack(agent, map[string][]byte{
		"agent.env": fmt.Appendf(nil, "DESIRED_PARAMETER=%s\nSTATUS_PARAMETER=%s\n", desiredParameter, statusParameter),
	})
	if err != nil {
		return "", fmt.Errorf("user-data: %w", err)
	}
	text := string(script) + wrap(base64.StdEncoding.EncodeToString(archive.Bytes), 76)
	if len(text) > maxUserData {
		return "", fmt.Errorf("user-data: %d bytes, and EC2 takes %d", len(text), maxUserData)
	}
	return text, nil
}

// wrap breaks text into lines of at most width characters.
func wrap(text string, width int) string {
	var lines strings.Builder
	for len(text) > width {
		lines.WriteString(text[:width] + "\n")
		text = text[width:]
	}
	lines.WriteString(text + "\n")
	return lines.String()
}
