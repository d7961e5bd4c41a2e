package webhost

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// lib/slots.sh with a systemd that writes down which release it started.
const slotsWorld = `
set -euo pipefail
data=$world run=$world
. "$boot/lib/files.sh"
. "$boot/lib/slots.sh"
quadlets=$world/quadlets
systemctl() { [[ $1 != restart ]] || cp "$slots/blue/current/app.env" "$world/runs"; }
mkdir -p "$slots/blue/next"
echo unit >"$slots/blue/next/unit.container"
echo "$release" >"$slots/blue/next/app.env"
set +e
(set -e; if ! slot_is_current blue; then replace_slot blue; fi)
if slot_is_current blue; then echo current; else echo not current; fi
`

// Only the password is another one: the unit is the same, so nothing in it tells that the slot runs the old one.
func TestASlotThatWasNotStartedYetIsNotCurrent(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "old", slotsWorld)
	assert.Equal(t, "old\n", contents(dir, "runs"))

	killed := strings.Replace(slotsWorld, "systemctl() {", "systemctl() { [[ $1 != daemon-reload ]] || exit 137;", 1)
	shell(t, dir, "new", killed)
	assert.Equal(t, "old\n", contents(dir, "runs"))
	assert.Equal(t, "new\n", contents(dir, "slots/blue/current/app.env"))
	shell(t, dir, "new", slotsWorld)
	assert.Equal(t, "new\n", contents(dir, "runs"), "the next run starts it")
	assert.Equal(t, "current", last(shell(t, dir, "new", slotsWorld)))
}
