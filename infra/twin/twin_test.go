package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// emptyProject opens a twin in an empty project.
func emptyProject(t *testing.T) *twin {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), []byte("name: test\n"), 0o644))
	inside := filepath.Join(root, "infra", "stacks")
	require.NoError(t, os.MkdirAll(inside, 0o755))
	t.Chdir(inside)
	t.Setenv("PATH", os.Getenv("PATH"))
	t.Setenv("CROSSCLOUD_TWIN", "unit")
	t.Setenv("CROSSCLOUD_TWIN_DIR", "")
	twin, err := open()
	require.NoError(t, err)
	require.Equal(t, root, twin.root)
	return twin
}

func TestATwinBelongsToTheProjectAroundIt(t *testing.T) {
	twin := emptyProject(t)
	assert.Equal(t, filepath.Join(twin.root, ".twin", "unit"), twin.engine.Dir())
	t.Chdir("/")
	_, err := open()
	assert.ErrorContains(t, err, "no Pulumi.yaml")
}

func TestThePassphraseIsMadeOnceAndForNobodyElse(t *testing.T) {
	twin := emptyProject(t)
	first, err := twin.passphrase()
	require.NoError(t, err)
	assert.Len(t, first, 26)
	again, err := twin.passphrase()
	require.NoError(t, err)
	assert.Equal(t, first, again)
	info, err := os.Stat(filepath.Join(twin.engine.Dir(), "passphrase"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestSettingsOutliveTheirPassphrase(t *testing.T) {
	twin := emptyProject(t)
	require.NoError(t, twin.forgetSalt(), "there is no file")
	file := filepath.Join(twin.root, "infra", "stacks", "Pulumi.unit.yaml")
	require.NoError(t, os.WriteFile(file, []byte("encryptionsalt: v1:abc\nconfig:\n  gcp:project: p\n"), 0o644))
	require.NoError(t, twin.forgetSalt())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "config:\n  gcp:project: p\n", string(text))
}

func TestACommandSeesNoAccountOfTheOperator(t *testing.T) {
	assert.Equal(t, []string{"HOME=/root", "PATH=/bin"}, withoutAccounts([]string{
		"HOME=/root", "AWS_PROFILE=work", "GOOGLE_APPLICATION_CREDENTIALS=/key", "CLOUDSDK_CONFIG=/g", "PULUMI_ACCESS_TOKEN=t", "PATH=/bin",
	}))
}

func TestACommandsExitCodeIsTheTwins(t *testing.T) {
	twin := emptyProject(t)
	assert.NoError(t, twin.execute(t.Context(), "true"))
	assert.Equal(t, exitCode(7), twin.execute(t.Context(), "sh", "-c", "exit 7"))
	assert.Equal(t, exitCode(128+9), twin.execute(t.Context(), "sh", "-c", "kill -9 $$"))
	assert.ErrorContains(t, twin.execute(t.Context(), "no-such-command"), "no-such-command")
}

// An interrupt that does not come from a terminal reaches only this process, which must hand it on.
func TestACommandGetsTheSignals(t *testing.T) {
	twin := emptyProject(t)
	ready := filepath.Join(twin.root, "ready")
	go func() {
		for {
			if _, err := os.Stat(ready); err == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	}()
	assert.Equal(t, exitCode(42), twin.execute(t.Context(), "sh", "-c", "trap 'exit 42' INT; : >"+ready+"; sleep 5 >/dev/null 2>&1 & wait"))
}

func TestDownWithoutAnEngineForgetsNothingThatMayRun(t *testing.T) {
	twin := emptyProject(t)
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "docker"), []byte("#!/bin/sh\necho no daemon >&2\nexit 1\n"), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))

	require.NoError(t, twin.down(t.Context()), "it was never up")
	assert.NoDirExists(t, twin.engine.Dir())

	passphrase := filepath.Join(twin.engine.Dir(), "passphrase")
	require.NoError(t, os.MkdirAll(twin.engine.Dir(), 0o755))
	require.NoError(t, os.WriteFile(passphrase, nil, 0o600))
	assert.ErrorContains(t, twin.down(t.Context()), "no daemon")
	assert.FileExists(t, passphrase)

	require.NoError(t, os.MkdirAll(twin.dockerDir(), 0o755), "an engine of the twin's own ended, and has no container")
	require.NoError(t, twin.down(t.Context()))
	assert.NoDirExists(t, twin.engine.Dir())
	assert.NoDirExists(t, twin.dockerDir())
}

func TestOnlyWhatTheCommandHasNotSaidIsReported(t *testing.T) {
	report := func(err error) (int, string) {
		var out strings.Builder
		code := report(&out, err)
		return code, out.String()
	}
	for _, c := range []struct {
		err  error
		code int
		said string
	}{
		{nil, 0, ""},
		{errors.New("no engine"), 1, "twin: no engine\n"},
		{errors.Join(exitCode(7), nil), 7, ""},
		{errors.Join(exitCode(7), errors.New("left")), 7, "twin: exit status 7\nleft\n"},
		{fmt.Errorf("pulumi destroy failed: %w", exitCode(255)), 255, "twin: pulumi destroy failed: exit status 255\n"},
	} {
		code, said := report(c.err)
		assert.Equal(t, c.code, code, c.err)
		assert.Equal(t, c.said, said)
	}
}

func TestPhasesAddUp(t *testing.T) {
	var p phases
	p = append(p, phase{"images", 1500 * time.Millisecond}, phase{"pulumi up", 60 * time.Second})
	var out strings.Builder
	p.print(&out)
	assert.Equal(t, "     images   1.5 s\n  pulumi up  60.0 s\n     in all  61.5 s\n", out.String())
}
