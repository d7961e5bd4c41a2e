//go:build drills

package drills

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// One run tells every problem of a configuration and creates nothing.
func anInvalidConfigurationCreatesNothing(t *testing.T) {
	const invalid = "invalid"
	require.NoError(t, booted.command("pulumi", "stack", "init", invalid, "--no-select"))
	t.Cleanup(func() {
		require.NoError(t, booted.command("pulumi", "stack", "rm", invalid, "--yes"))
	})
	for path, value := range map[string]string{
		"gcp:project":         "X",
		"awsZone":             "eu-west-1a",
		"databaseDiskGb":      "1",
		"adminCidrs[0]":       "0.0.0.0/0",
		"webInstanceType":     "tiny",
		"databaseMachineType": "tiny",
	} {
		require.NoError(t, booted.command("pulumi", "config", "set", "--stack", invalid, "--path", path, value))
	}
	out, err := booted.prepare(booted.project, booted.twin, "pulumi", "up", "--yes", "--stack", invalid).CombinedOutput()
	require.Error(t, err)
	for _, want := range []string{
		`gcp:project = "X"`, `crosscloud:awsZone = "eu-west-1a"`, `crosscloud:databaseDiskGb = "1"`,
		`crosscloud:adminCidrs[0] = "0.0.0.0/0": is wider than /16`,
		`crosscloud:webInstanceType = "tiny"`, `crosscloud:databaseMachineType = "tiny"`,
	} {
		require.Contains(t, string(out), want)
	}

	text, err := booted.read("pulumi", "stack", "export", "--stack", invalid)
	require.NoError(t, err)
	var exported struct {
		Deployment struct{ Resources []struct{ Type string } }
	}
	require.NoError(t, json.Unmarshal([]byte(text), &exported))
	for _, resource := range exported.Deployment.Resources {
		require.Equal(t, "pulumi:pulumi:Stack", resource.Type)
	}
}
