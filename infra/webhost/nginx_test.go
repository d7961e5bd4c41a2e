package webhost

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// lib/nginx.sh with an nginx that refuses files with the word "bad". What it has loaded is in $world/loaded; each load
// gives it new workers, unless it is $deaf.
const nginxWorld = `
set -euo pipefail
data=$world run=$world here=$world/bundle log=/dev/null certificate=$world/tls/cert.pem revision=r2 failed=3 detail='' error=''
. "$boot/agent/status.sh"
. "$boot/lib/files.sh"
. "$boot/lib/rollout.sh"
. <(sed "s#/etc/nginx#$world/nginx#g" "$boot/lib/nginx.sh")
say() { printf '%s\n' "$*"; }
nginx() { ! grep --quiet --recursive bad "$world/nginx"; }
systemctl() {
  case $1 in
  reload-or-restart) [[ ${deaf:-} ]] || { cat "$world/nginx/nginx.conf" >"$world/loaded"; mkdir "$world/workers/$RANDOM$RANDOM"; } ;;
  esac
}
nginx_workers() { ls "$world/workers"; }
nginx_shows_certificate() { :; }
now=0
uptime_seconds() { echo "$now"; }
sleep() { now=$((now + 5)); }
mkdir -p "$world/nginx" "$world/tls" "$world/workers/1" "$here/nginx"
[[ -e $world/nginx/nginx.conf ]] || echo packaged >"$world/nginx/nginx.conf"
echo "$wants" >"$here/nginx/nginx.conf"
changed() { [[ ! ${dies:-} ]] || exit 137; }
set +e
(set -e; install_nginx)
say "exit $?"
`

func configured(t *testing.T, dir, settings string) string {
	t.Helper()
	return last(shell(t, dir, "", settings+nginxWorld))
}

func TestNginxLoadsWhatAKilledRunHasPlaced(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, "exit 137", configured(t, dir, "wants=first dies=yes"))
	assert.Equal(t, "first\n", contents(dir, "nginx/nginx.conf"))
	assert.Empty(t, contents(dir, "loaded"))
	assert.Equal(t, "exit 0", configured(t, dir, "wants=first"))
	assert.Equal(t, "first\n", contents(dir, "loaded"))
}

func TestNginxKeepsTheConfigurationThatItLastTook(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, "exit 0", configured(t, dir, "wants=first"))
	assert.Equal(t, "exit 3", configured(t, dir, "wants=bad"))
	assert.Equal(t, "first\n", contents(dir, "nginx/nginx.conf"))
	assert.Equal(t, "r2\nnginx\nnginx refuses its configuration\n\n", contents(dir, "failed-revision"))
	assert.Equal(t, "first\n", contents(dir, "loaded"))

	// Also where the run that placed it did not live to find out.
	assert.Equal(t, "exit 137", configured(t, dir, "wants=bad dies=yes"))
	assert.Equal(t, "bad\n", contents(dir, "nginx/nginx.conf"))
	assert.Equal(t, "exit 3", configured(t, dir, "wants=bad"))
	assert.Equal(t, "first\n", contents(dir, "nginx/nginx.conf"))
	assert.Equal(t, "exit 0", configured(t, dir, "wants=second"))
	assert.Equal(t, "second\n", contents(dir, "loaded"))
}

func TestAReloadThatDoesNothingIsAnError(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, "exit 1", configured(t, dir, "wants=first deaf=yes"))
	assert.Equal(t, "exit 0", configured(t, dir, "wants=first"), "and is tried again")
}

// A run that was killed between taking a slot out and replacing it must not make the next one start over.
func TestASlotThatWasTakenOutStaysOutWhileTheOtherIsPutBack(t *testing.T) {
	assert.Equal(t, []string{"out: green", "out: green", "out:", "as in the bundle"}, shell(t, t.TempDir(), "", `
. "$boot/lib/files.sh"
. <(sed "s#/etc/nginx#$world/nginx#g" "$boot/lib/nginx.sh")
here=$world/bundle
slot_value() { [[ $1 != blue ]] && echo 8002 || echo 8001; }
load_nginx() { echo "out:$(sed -n 's/.*:8001 .*down;.*/ blue/p; s/.*:8002 .*down;.*/ green/p' "$upstream")"; }
changed() { :; }
mkdir -p "$world/nginx/crosscloud" "$here/nginx"
cp -r "$boot/../../../nginx/crosscloud" "$here/nginx/"
upstream_without green
upstream_with blue
upstream_with green
cmp "$upstream" "$here/nginx/crosscloud/upstream.conf" && echo 'as in the bundle'
`))
}
