package webhost

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/infra/boottest"
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

// A real dpkg, under a root of its own, was stopped before it asked about a file that is not the package's any more.
func TestAnInterruptedInstallationIsFinishedWithoutAQuestion(t *testing.T) {
	boottest.Tool(t, "dpkg-deb")
	dir := t.TempDir()
	said := shell(t, dir, "", `
mkdir -p "$world"/{package/DEBIAN,package/etc,root/var/lib/dpkg/{info,updates}}
: >"$world/root/var/lib/dpkg/status"
rooted() { command dpkg --root="$world/root" --log=/dev/null --force-not-root,bad-path "$@"; }
release() {
  printf '%s\n' 'Package: proxy' "Version: $1" 'Architecture: all' 'Maintainer: t <t@example.org>' 'Description: t' >"$world/package/DEBIAN/control"
  echo /etc/proxy.conf >"$world/package/DEBIAN/conffiles"
  echo "release $1" >"$world/package/etc/proxy.conf"
  dpkg-deb --build "$world/package" "$world/proxy.deb" >/dev/null
}
release 1; rooted --install "$world/proxy.deb" >/dev/null
echo ours >"$world/root/etc/proxy.conf"
release 2; rooted --unpack "$world/proxy.deb" >/dev/null
`+packagesWorld+`
dpkg() { rooted "$@" </dev/null; }
set +e
(set -e; install_packages) >"$log" 2>&1
echo "exit $?, left to do: $(rooted --audit)"`)
	assert.Equal(t, "exit 0, left to do:", last(said), contents(dir, "log"))
	assert.Equal(t, "ours\n", contents(dir, "root/etc/proxy.conf"))
}
