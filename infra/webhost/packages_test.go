package webhost

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// lib/packages.sh with an archive that lacks what is in $lacks. apt
// leaves the file download behind where it is not told otherwise.
const packagesWorld = filesWorld + `
here=$boot detail='' log=$world/log
. "$boot/agent/apt.sh"
. <(sed "s#/etc/apt#$world/apt#" "$boot/lib/packages.sh")
dpkg() { :; }
dpkg-query() { case "$*" in *Provides*) echo 'ii time-daemon' ;; *) ! [[ -e $world/lacking && $* == *" podman" ]] || return 1; printf 'ii ' ;; esac; }
apt-get() {
  [[ -z ${lacks:-} ]] || { echo "E: Unable to locate package $lacks"; return 100; }
  [[ $* == *install* ]] || return 0
  rm "$world/lacking"
  [[ $* == *APT::Keep-Downloaded-Packages=false* ]] || touch "$world/download"
}
changed() { [[ -z ${dies:-} || $* != packages* ]] || exit 137; }
set +e
(set -e; trap 'echo "$detail" >"$world/detail"' EXIT; install_packages) >"$log" 2>&1
echo "exit $?"
`

func TestPackagesThatCannotBeInstalledAreToldInAptsOwnWords(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "lacking", "")
	assert.Equal(t, []string{"exit 1"}, shell(t, dir, "", "lacks=podman\n"+packagesWorld))
	assert.Equal(t, "apt: E: Unable to locate package podman\n", contents(dir, "detail"))
}

// The next run would not come back to it.
func TestARunThatIsKilledAfterAnInstallationLeavesNoDownloads(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "lacking", "")
	assert.Equal(t, []string{"exit 137"}, shell(t, dir, "", "dies=yes\n"+packagesWorld))
	assert.NoFileExists(t, filepath.Join(dir, "download"))
	assert.Equal(t, []string{"exit 0"}, shell(t, dir, "", packagesWorld))
}
