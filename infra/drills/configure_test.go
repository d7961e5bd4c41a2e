//go:build drills

package drills

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// configure sets a value of the stack's configuration.
func (s *stack) configure(t *testing.T, path, value string) {
	t.Helper()
	require.NoError(t, s.command("pulumi", "config", "set", "--path", path, value))
}

// passwordVersion is that of the app's password.
func (s *stack) passwordVersion(t *testing.T) int {
	t.Helper()
	text, err := s.read("pulumi", "config", "get", "databasePasswordVersion")
	require.NoError(t, err)
	version, err := strconv.Atoi(strings.TrimSpace(text))
	require.NoError(t, err)
	return version
}

// nextPassword asks for another password of the app's.
func (s *stack) nextPassword(t *testing.T) {
	t.Helper()
	s.configure(t, "databasePasswordVersion", strconv.Itoa(s.passwordVersion(t)+1))
}

// nobodysKey is a public one, whose private half nobody keeps.
func nobodysKey(t *testing.T) string {
	t.Helper()
	return makeKey(t, filepath.Join(t.TempDir(), "nobody"))
}

// makeKey makes a pair of SSH keys, in the file and in one beside it that ends with .pub, and answers the public one.
func makeKey(t *testing.T, private string) string {
	t.Helper()
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", filepath.Base(private)+"@example.org", "-f", private).CombinedOutput()
	require.NoError(t, err, "%s", out)
	text, err := os.ReadFile(private + ".pub")
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}
