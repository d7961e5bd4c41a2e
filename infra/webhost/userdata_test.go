package webhost

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUserDataFitsAndInstallsTheAgent(t *testing.T) {
	text, err := UserData("/crosscloud/test/desired", "/crosscloud/test/status")
	require.NoError(t, err)
	assert.Less(t, len(text), maxUserData)
	assert.True(t, strings.HasPrefix(text, "#!/bin/bash\n"), "cloud-init runs what begins like this")

	// The script's own words unpack its archive, so it is tried with its own: everything but the installation.
	script := filepath.Join(t.TempDir(), "part-001")
	require.NoError(t, os.WriteFile(script, []byte(text), 0o700))
	out := t.TempDir()
	run := exec.Command("bash", "-euo", "pipefail", "-c", `sed '1,/^#ARCHIVE$/d' "$0" | base64 -d | tar -xzf - -C "$1"`, script, out)
	said, err := run.CombinedOutput()
	require.NoError(t, err, "%s", said)

	settings, err := os.ReadFile(filepath.Join(out, "agent.env"))
	require.NoError(t, err)
	assert.Equal(t, "DESIRED_PARAMETER=/crosscloud/test/desired\nSTATUS_PARAMETER=/crosscloud/test/status\n", string(settings))
	entries, err := os.ReadDir(out)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	assert.Equal(t, []string{"agent.env", "agent.sh", "apt.sh", "aws.sh", "crosscloud-agent.service", "prepare.sh", "status.sh"}, names)
}

func TestUserDataIsTheSameEveryTime(t *testing.T) {
	one, err := UserData("/a/b/desired", "/a/b/status")
	require.NoError(t, err)
	two, err := UserData("/a/b/desired", "/a/b/status")
	require.NoError(t, err)
	assert.Equal(t, one, two)
}

// The names end up in a file that a shell and systemd read.
func TestUserDataRefusesWhatIsNoParameter(t *testing.T) {
	for _, name := range []string{"", "desired", "/a/$(id)", "/a/b c", "/a/b\nPATH=/tmp", "/a//b", "/a/"} {
		_, err := UserData(name, "/a/status")
		assert.ErrorContains(t, err, "is not the name of a parameter", "%q", name)
		_, err = UserData("/a/desired", name)
		assert.ErrorContains(t, err, "is not the name of a parameter", "%q", name)
	}
}

// cloud-init runs it once, so what a loss of power takes from the disk afterwards never comes back.
func TestTheAgentIsOnTheDiskBeforeItIsEnabled(t *testing.T) {
	said := shell(t, t.TempDir(), "", `
. <(sed '/^main$/,$d' "$boot/bootstrap.sh")
sed() { :; }; base64() { :; }; tar() { :; }
install() { echo install; }; sync() { echo sync; }; systemctl() { echo "systemctl $1"; }
main | uniq`)
	assert.Equal(t, []string{"install", "sync", "systemctl daemon-reload", "systemctl enable", "systemctl start"}, said)
}
