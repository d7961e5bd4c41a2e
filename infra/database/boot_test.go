package database

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
	"crosscloud/infra/operation"
)

// example is a desired state with every part set.
var example = desiredState{
	Address:           "203.0.113.20",
	DiskGB:            20,
	Database:          "todo",
	Owner:             "todo",
	Roles:             []role{{"todo_a", "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy"}, {"todo_b", "SCRAM-SHA-256$4096:c2FsdA==$b3RoZXI=:b3RoZXI="}},
	ServerKey:         "projects/p/secrets/s/versions/3",
	AdminSSHKeys:      []string{"ssh-ed25519 AAAAC3Nz one@example.org"},
	Operations:        []operation.Operation{{ID: "restart-1", Kind: "restart"}},
	StatusBucket:      "crosscloud-test-db-status-0a1b2c3d",
	StatusObject:      "status.json",
	Clients:           []string{"198.51.100.7/32", "203.0.113.64/26"},
	CACertificate:     "certificate of the authority\n",
	ServerCertificate: "certificate of the server\n",
}

func TestRenderedFilesAreGolden(t *testing.T) {
	script, err := startupScript()
	require.NoError(t, err)
	boottest.Golden(t, "startup-script", []byte(script))

	files, err := fs.Sub(boot, "boot")
	require.NoError(t, err)
	rendered, err := example.files(files)
	require.NoError(t, err)
	assert.Len(t, rendered, 4)
	boottest.Golden(t, "desired.json", rendered["desired.json"])
	boottest.Golden(t, "pg_hba.conf", rendered["pg_hba.conf"])
	assert.Equal(t, example.ServerCertificate, string(rendered["server.crt"]))
	assert.Equal(t, example.CACertificate, string(rendered["ca.crt"]))
}

func TestDocumentDependsOnItsContentOnly(t *testing.T) {
	text, revision, err := example.document()
	require.NoError(t, err)
	again, _, err := example.document()
	require.NoError(t, err)
	assert.Equal(t, text, again)
	assert.Less(t, len(text), maxMetadata/4, "the host has little room left in its metadata")

	other := example
	other.Clients = example.Clients[:1]
	_, changed, err := other.document()
	require.NoError(t, err)
	assert.NotEqual(t, revision, changed)
}

func TestScriptsPassShellcheck(t *testing.T) {
	shellcheck := boottest.Tool(t, "shellcheck")
	script, err := startupScript()
	require.NoError(t, err)
	rendered := filepath.Join(t.TempDir(), "startup-script")
	require.NoError(t, os.WriteFile(rendered, []byte(script), 0o755))

	// The entry points, and what they source, as they run; the rest is checked as part of them.
	cmd := exec.Command(shellcheck, "--norc", "--external-sources", "--check-sourced", "converge", "agent", "install-agent", "publish", rendered)
	cmd.Dir = "boot"
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, "%s", out)

	sourced := must(os.ReadFile("boot/converge"))
	parts, err := filepath.Glob("boot/*.sh")
	require.NoError(t, err)
	for _, part := range parts {
		if name := filepath.Base(part); name != "bootstrap.sh" && name != "desired.sh" {
			assert.Contains(t, string(sourced), "\n. ./"+name+"\n", "nothing runs %s", name)
		}
	}
}

func TestUnitPassesSystemdAnalyze(t *testing.T) {
	analyze := boottest.Tool(t, "systemd-analyze")
	unit := string(must(os.ReadFile("boot/crosscloud-agent.service")))
	assert.Contains(t, unit, "\nKillMode=mixed\n", "the agent decides when its run may be stopped")
	// The command must exist for the check, and does so only on the host.
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "agent"), []byte("#!/bin/sh\n"), 0o755))
	here := strings.ReplaceAll(unit, "/usr/local/lib/crosscloud", dir)
	require.NotEqual(t, unit, here)
	path := filepath.Join(dir, "crosscloud-agent.service")
	require.NoError(t, os.WriteFile(path, []byte(here), 0o644))
	out, err := exec.Command(analyze, "verify", "--man=no", path).CombinedOutput()
	assert.NoError(t, err, "%s", out)
	assert.Empty(t, string(out))
}
