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

// Bash takes SECONDS from the clock; assigning it is what setting the clock does.
func TestAClockThatIsSetChangesNoPatience(t *testing.T) {
	const script = `
set -euo pipefail
data=$world run=$world
. "$boot/lib/clock.sh"
. "$boot/lib/slots.sh"
slot_value() { echo 8001; }
slot_crashes() { return 1; }
sleep() { tries=$((tries + 1)) SECONDS=$((SECONDS + step)); command sleep 0.1; ((tries < 100)) || exit 9; }
slot_answers() { ((tries == ready_at)); }
ss() { ((tries == ready_at)) || echo busy; }
for step in 3600 -3600; do
  ready_at=3 ready_seconds=30 drain_seconds=30
  tries=0; if slot_gets_ready blue; then echo "$step: ready"; else echo "$step: not ready"; fi
  tries=0; drain_slot blue; echo "$step: drained"
  ready_at=0 ready_seconds=1 drain_seconds=1
  tries=1; if slot_gets_ready blue; then echo "$step: ready"; else echo "$step: not ready"; fi
  drain_slot blue
done`
	const late = "slot blue: requests were still under way after 1 seconds"
	assert.Equal(t, []string{
		"3600: ready", "3600: drained", "3600: not ready", late,
		"-3600: ready", "-3600: drained", "-3600: not ready", late,
	}, shell(t, t.TempDir(), "", script))
}
