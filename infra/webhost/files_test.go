package webhost

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const filesWorld = `
set -euo pipefail
run=$world/run
. "$boot/lib/files.sh"
`

func TestPutAnnouncesOnlyWhatChanges(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "etc/x.conf")
	const script = filesWorld + `put 0640 "$world/etc/x.conf" <<<one; echo "$changes changes"`
	assert.Equal(t, []string{"changed: " + file, "1 changes"}, shell(t, dir, "", script))
	assert.Equal(t, []string{"0 changes"}, shell(t, dir, "", script))
	require.NoError(t, os.Chmod(file, 0o600))
	assert.Equal(t, []string{"changed: " + file, "1 changes"}, shell(t, dir, "", script))
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.EqualValues(t, 0o640, info.Mode())
}

// /dev/full stands in for a full disk.
func TestPutOnAFullDiskLeavesWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "x.conf", "old\n")
	said := shell(t, dir, "", filesWorld+`
cat() { command cat >/dev/full; }
set +e
(set -e; put 0644 "$world/x.conf" <<<new; echo unreachable) 2>/dev/null
echo "exit $?"`)
	assert.Equal(t, []string{"exit 1"}, said)
	assert.Equal(t, "old\n", contents(dir, "x.conf"))
	assert.NoFileExists(t, filepath.Join(dir, "x.conf.new"))
}

func TestPutIsOnTheDiskBeforeItHasItsName(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, []string{"sync " + dir + "/x.new", "mv " + dir + "/x", "changed: " + dir + "/x"},
		shell(t, dir, "", filesWorld+`sync() { echo "sync $1"; }; mv() { echo "mv $2"; }; put 0644 "$world/x" <<<one`))
}

// A run that is killed after it placed a file has not told the program that reads it; the next one must.
func TestAFileThatNobodyHasTakenUpIsNoticed(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, []string{"changed: " + dir + "/x.conf", "not used", "used", "changed: " + dir + "/x.conf", "not used"},
		shell(t, dir, "", filesWorld+`
used() { if in_use x "$world/x.conf"; then echo used; else echo not used; fi; }
put 0644 "$world/x.conf" <<<one; used
note_use x "$world/x.conf"; used
put 0644 "$world/x.conf" <<<two; used`))
}

// lib/ssh.sh, under a root of its own. The host's accounts and services are not asked.
const sshWorld = filesWorld + `
here=$boot config=$world/etc desired=$world/desired.json detail=''
. "$boot/lib/ssh.sh"
sudo_rule=$world/sudoers sshd_settings=$world/sshd.conf
id() { echo admin adm; }
systemctl() { case "$1 ${!#}" in "is-active ssh.$active") return 0 ;; is-active*) return 1 ;; *) echo "systemctl $1 ${!#}" ;; esac; }
install_admin_keys >"$world/said"
grep systemctl "$world/said" || echo nothing
`

func TestKeysOfAdministratorsComeAndGo(t *testing.T) {
	dir := t.TempDir()
	keys := func(list, active string) []string {
		set(t, dir, "desired.json", `{"adminSshKeys": [`+list+`]}`)
		return shell(t, dir, "", "active="+active+"\n"+sshWorld)
	}
	assert.Equal(t, []string{"systemctl reload ssh.service"}, keys(`"key one", "key two"`, "service"))
	assert.Equal(t, "key one\nkey two\n", contents(dir, "etc/ssh/admin"))
	assert.Contains(t, contents(dir, "sudoers"), "NOPASSWD")
	assert.Equal(t, []string{"nothing"}, keys(`"key two"`, "service"), "sshd reads them at every login")
	assert.Equal(t, "key two\n", contents(dir, "etc/ssh/admin"))
	keys("", "service")
	assert.NoFileExists(t, filepath.Join(dir, "etc/ssh/admin"))
	assert.NoFileExists(t, filepath.Join(dir, "sudoers"))
	assert.FileExists(t, filepath.Join(dir, "sshd.conf"), "passwords stay refused")

	assert.Equal(t, []string{"nothing"}, keys(`"key one"`, "socket"))
	assert.Equal(t, []string{"systemctl --quiet ssh.service"}, keys(`"key one"`, "nobody"), "it is started")
}

// Whatever stands before it in sshd_config, an agent of the cloud's included: only a Match block overrides that.
func TestNobodyButTheStackLetsAnAdministratorIn(t *testing.T) {
	settings := contents("boot/ssh", "sshd.conf")
	assert.Regexp(t, `^(#.*\n)*Match all\n`, settings)
	for _, line := range []string{"AuthorizedKeysFile /etc/crosscloud/ssh/%u", "AuthorizedKeysCommand none", "AuthorizedPrincipalsCommand none",
		"TrustedUserCAKeys none", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin no"} {
		assert.Contains(t, settings, "\n"+line+"\n")
	}
	assert.Equal(t, 1, strings.Count(settings, "\nMatch "), "all of it is in the block")
}
