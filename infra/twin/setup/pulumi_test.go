package setup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The command is told its version when it is linked, so that must be the one that its module file asks for.
func TestPulumisVersionIsThatOfItsModule(t *testing.T) {
	text, err := os.ReadFile("../toolchain/cli/go.mod")
	require.NoError(t, err)
	assert.Contains(t, string(text), "github.com/pulumi/pulumi/pkg/v3 "+pulumiVersion+" ")
}

func TestToolsOnPathAreNotBuilt(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin) // no go command either
	for _, name := range []string{"pulumi", "pulumi-language-go"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"), 0o755))
	}
	assert.NoError(t, Pulumi(t.Context(), t.TempDir(), t.TempDir()))
}
