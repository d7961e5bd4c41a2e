package database

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is let onto the host must not go wrong once.

func TestHostTakesWholeBundlesOnly(t *testing.T) {
	text, revision, err := example.document()
	require.NoError(t, err)
	other, _, err := desiredState{}.document()
	require.NoError(t, err)
	bundleOf := func(text string) string { return strings.Split(text, `"`)[7] }

	for name, c := range map[string]struct{ document, complaint string }{
		"whole":           {text, ""},
		"damaged":         {strings.Replace(text, bundleOf(text)[100:104], "AAAA", 1), "is damaged"},
		"cut off":         {text[:len(text)/2], "is damaged"},
		"another one's":   {strings.Replace(text, bundleOf(text), bundleOf(other), 1), "is damaged"},
		"not base64":      {strings.Replace(text, bundleOf(text), "%%%%", 1), "is damaged"},
		"no revision":     {`{"bundle":"` + bundleOf(text) + `"}`, "names no revision"},
		"a path":          {`{"revision":"../../../etc","bundle":"` + base64.StdEncoding.EncodeToString(nil) + `"}`, "names no revision"},
		"nothing":         {"", "names no revision"},
		"an error's page": {"<html>502</html>", "names no revision"},
	} {
		t.Run(name, func(t *testing.T) {
			bundles := filepath.Join(t.TempDir(), "bundles")
			run := func() (string, error) {
				return shell(t, map[string]string{"/var/lib/crosscloud/bundles": bundles}, "desired.sh", `document=$DOCUMENT; unpack_desired`, "DOCUMENT="+c.document)
			}
			out, err := run()
			if c.complaint != "" {
				assert.Error(t, err)
				assert.Contains(t, out, c.complaint)
				left, _ := filepath.Glob(filepath.Join(bundles, "*"))
				hidden, _ := filepath.Glob(filepath.Join(bundles, ".*"))
				assert.Empty(t, append(left, hidden...), "nothing of it stays")
				return
			}
			require.NoError(t, err, out)
			desired, err := os.ReadFile(filepath.Join(bundles, revision, "desired.json"))
			require.NoError(t, err)
			assert.Contains(t, string(desired), example.ServerKey)
			for _, program := range []string{"converge", "agent", "install-agent", "publish"} {
				info, err := os.Stat(filepath.Join(bundles, revision, program))
				require.NoError(t, err)
				assert.Equal(t, "-rwxr-xr-x", info.Mode().String(), program)
			}
			out, err = run()
			assert.NoError(t, err, "again: %s", out)
		})
	}
}

// The start-up script and the agent come to it at the same time.
func TestABundleIsUnpackedTwice(t *testing.T) {
	text, revision, err := example.document()
	require.NoError(t, err)
	bundles := filepath.Join(t.TempDir(), "bundles")
	out, err := shell(t, map[string]string{"/var/lib/crosscloud/bundles": bundles}, "desired.sh", `
		sync() { cp --recursive "$2" "$bundle"; }
		document=$DOCUMENT; unpack_desired`, "DOCUMENT="+text)
	require.NoError(t, err, out)
	assert.FileExists(t, filepath.Join(bundles, revision, "converge"))
	assert.NoDirExists(t, filepath.Join(bundles, revision, "files"))
	left := must(os.ReadDir(bundles))
	assert.Len(t, left, 1)
}

// shell runs commands in a copy of boot/, after one of its files, in which paths of the host are replaced by
// paths of the test.
func shell(t *testing.T, paths map[string]string, source, commands string, environment ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("boot")))
	text := string(must(os.ReadFile(filepath.Join("boot", source))))
	for from, to := range paths {
		require.Contains(t, text, from)
		text = strings.ReplaceAll(text, from, to)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, source), []byte(text), 0o644))
	cmd := exec.Command("bash", "-c", fmt.Sprintf("set -Eeuo pipefail; . ./%s; %s", source, commands))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
