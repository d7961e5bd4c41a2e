package webhost

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
)

func TestScriptsPassShellcheck(t *testing.T) {
	shellcheck := boottest.Tool(t, "shellcheck")
	// converge with all its parts, as they run; --norc because the parts' own exceptions are for looking at one alone.
	for _, args := range [][]string{
		{"--norc", "--external-sources", "--check-sourced", "converge"},
		{"--external-sources", "bootstrap.sh", "agent/agent.sh", "agent/prepare.sh"},
	} {
		cmd := exec.Command(shellcheck, args...)
		cmd.Dir = "boot"
		said, err := cmd.CombinedOutput()
		assert.NoError(t, err, "%s", said)
	}
}

func TestConvergeUsesEveryPart(t *testing.T) {
	converge, err := os.ReadFile("boot/converge")
	require.NoError(t, err)
	parts, err := filepath.Glob("boot/lib/*.sh")
	require.NoError(t, err)
	for _, part := range parts {
		name := strings.TrimPrefix(part, "boot/")
		assert.Contains(t, string(converge), "\n. \"$here/"+name+"\"\n")
	}
}

func TestUnitsPassSystemdsOwnCheck(t *testing.T) {
	analyze := boottest.Tool(t, "systemd-analyze")
	// What the units run is on a web host, not here: a stand-in with the same names, under a root of its own.
	root := t.TempDir()
	units := filepath.Join(root, "etc/systemd/system")
	require.NoError(t, os.MkdirAll(units, 0o755))
	for _, name := range []string{"agent/crosscloud-agent.service", "units/crosscloud-egress.service"} {
		text, err := os.ReadFile(filepath.Join("boot", name))
		require.NoError(t, err)
		local := strings.NewReplacer("/usr/local/lib/crosscloud/", "/bin/true ", "/usr/sbin/nft ", "/bin/true ").Replace(string(text))
		unit := filepath.Join(units, filepath.Base(name))
		require.NoError(t, os.WriteFile(unit, []byte(local), 0o644))
		said, err := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput()
		assert.NoError(t, err, "%s", said)
		for line := range strings.Lines(string(said)) {
			assert.NotContains(t, line, filepath.Base(name), "systemd warns")
		}
	}
}

// It has the host's credentials. The rule comes first, so that no other lets anybody there.
func TestOnlyRootReachesTheMetadataService(t *testing.T) {
	assert.Regexp(t, `(?m)policy accept;\n\t+meta skuid != 0 ip daddr 169\.254\.169\.254 counter reject`, contents("boot", "egress.nft"))
}

func TestEgressRulesLoad(t *testing.T) {
	nft := boottest.Tool(t, "nft")
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED: nft checks rules against the kernel, for root only")
	}
	rules, err := os.ReadFile("boot/egress.nft")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "egress.nft")
	definitions := "define slots = { 10001, 10002 }\ndefine database = 198.51.100.9\ndefine port = 5432\ndefine resolvers = { 10.20.0.2, 127.0.0.53 }\n"
	require.NoError(t, os.WriteFile(file, append([]byte(definitions), rules...), 0o644))
	said, err := exec.Command(nft, "--check", "--file", file).CombinedOutput()
	assert.NoError(t, err, "%s", said)
	assert.NotContains(t, string(rules), "flush ruleset", "other tables are not ours")
}
