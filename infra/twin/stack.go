package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// hasStack reports whether the instance's stack exists.
func (t *twin) hasStack() bool {
	found, err := filepath.Glob(filepath.Join(t.engine.Dir(), "pulumi", ".pulumi", "stacks", "*", t.name+".json"))
	return err == nil && len(found) > 0
}

// ensureStack creates the instance's stack, with the configuration that a stack on the twin needs, unless it exists.
func (t *twin) ensureStack(ctx context.Context) error {
	if t.hasStack() {
		return nil
	}
	if err := t.forgetSalt(); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"stack", "init", t.name, "--no-select"},
		{"config", "set-all", "--plaintext", "gcp:project=" + project, "--plaintext", "protectData=false"},
	} {
		cmd := t.command(ctx, append([]string{"pulumi"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("pulumi %s: %s", strings.Join(args[:2], " "), bytes.TrimSpace(out))
		}
	}
	return nil
}

// forgetSalt takes the salt of an earlier passphrase out of the stack's settings, which outlive `down`: the operator may
// have changed them. What was encrypted with it is lost, as the passphrase is.
func (t *twin) forgetSalt() error {
	file := filepath.Join(t.root, "infra", "stacks", "Pulumi."+t.name+".yaml")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	var kept strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "encryptionsalt:") {
			kept.WriteString(line)
		}
	}
	return os.WriteFile(file, []byte(kept.String()), 0o644)
}

// command prepares a command that runs against the twin.
func (t *twin) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = t.environ
	return cmd
}
