package setup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryPackageIsKnownByAProgram(t *testing.T) {
	for _, name := range append([]string{"docker.io", "docker-cli", "debootstrap"}, ForTests...) {
		assert.NotEmpty(t, programs[name], name)
	}
}

func TestWhatIsThereIsNotInstalled(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin) // without apt-get
	require.NoError(t, os.WriteFile(filepath.Join(bin, "nginx"), []byte("#!/bin/sh\n"), 0o755))
	assert.NoError(t, Packages(t.Context(), "nginx"))
}

func TestAProgramOfAnotherNameWillDo(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	require.Error(t, Packages(t.Context(), "chromium"))
	require.NoError(t, os.WriteFile(filepath.Join(bin, "google-chrome"), []byte("#!/bin/sh\n"), 0o755))
	assert.NoError(t, Packages(t.Context(), "chromium"))
}

func TestMissingPackagesAreNamedTogether(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	programs["one"], programs["two"] = "no-such-program", "/no/such/*/program"
	t.Cleanup(func() { delete(programs, "one"); delete(programs, "two") })
	err := Packages(t.Context(), "one", "two")
	assert.ErrorContains(t, err, "missing: one, two")
}

func TestNothingStartsWhileItIsInstalled(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy-rc.d")
	allow, err := denyStarts(policy)
	require.NoError(t, err)
	text, err := os.ReadFile(policy)
	require.NoError(t, err)
	assert.Contains(t, string(text), "exit 101")
	require.NoError(t, allow())
	assert.NoFileExists(t, policy)

	_, err = denyStarts(policy)
	require.NoError(t, err)
	allow, err = denyStarts(policy)
	require.NoError(t, err, "after a run that was killed")
	require.NoError(t, allow())
	assert.NoFileExists(t, policy)
}

func TestAPolicyOfTheMachineStays(t *testing.T) {
	policy := filepath.Join(t.TempDir(), "policy-rc.d")
	require.NoError(t, os.WriteFile(policy, []byte("its own"), 0o755))
	allow, err := denyStarts(policy)
	require.NoError(t, err)
	require.NoError(t, allow())
	text, err := os.ReadFile(policy)
	require.NoError(t, err)
	assert.Equal(t, "its own", string(text))
}
