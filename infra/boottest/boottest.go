// Package boottest has what tests of a host's boot files need: golden files, and the tools that judge such files.
package boottest

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/testneed"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Golden compares with the file of that name in testdata, which `go test -update` writes.
func Golden(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with go test -update")
	assert.Equal(t, string(want), string(got), "if this is meant, run go test -update")
}

// Tool finds a program that a check needs.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		testneed.Missing(t, "there is no %s on this machine", name)
	}
	return path
}
