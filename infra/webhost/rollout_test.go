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

// The decisions of lib/rollout.sh, run by a real shell. What it decides about is a file per slot in $world: the release
// that the slot runs. "old" and "new" work, "crashing" does not live, "unready" lives but never gets ready, "hanging" is the
// release to roll out but must be started again before it answers; with $world/database gone nothing is ready. What it does is written down in the order in which it happens.
const world = `
set -euo pipefail
data=$world revision=${revision:-r2} failed=3 waiting=75 ready_seconds=30 news='' current='' detail='' error=''
. "$boot/lib/rollout.sh"
say() { printf '%s\n' "$*"; }
runs() { cat "$world/$1" 2>/dev/null || true; }
slots=$world/slots
slot_names() { printf 'blue\ngreen\n'; }
stage_slot() { mkdir -p "$slots/$1"; }
slot_is_current() { [[ $(runs "$1") == "$release" || $(runs "$1") == hanging ]]; }
replace_slot() {
  [[ -z $(runs "$1") || -d $slots/$1/previous ]] || { mkdir "$slots/$1/previous"; runs "$1" >"$slots/$1/previous/release"; }
  say "replace $1"; printf '%s' "$release" >"$world/$1"
}
restore_slot() {
  [[ -d $slots/$1/previous ]] || return 0
  say "restore $1"; cat "$slots/$1/previous/release" >"$world/$1"; rm -r "$slots/$1/previous"
}
start_slot() {
  say "start $1"
  [[ $(runs "$1") != hanging ]] || printf '%s' "$release" >"$world/$1"
}
systemctl() { return 0; }
slot_answers() {
  case $(runs "$1") in
  '' | crashing | hanging) return 1 ;;
  unready) [[ $2 == /healthz ]] ;;
  *) [[ $2 == /healthz || -e $world/database ]] ;;
  esac
}
slot_gets_ready() { slot_answers "$1" /readyz; }
slot_crashes() { [[ $(runs "$1") == crashing ]]; }
drain_slot() { say "drain $1"; }
upstream_without() { say "requests to all but $1"; }
upstream_with() { say "requests to $1 too"; }
changed() { :; }
slot_log() { say "words of $1"; }
step() { current=$1; detail=''; "$2" "$1"; }
set +e # not "|| code=$?", in which the shell would ignore errors that end converge
(set -e; trap 'printf "%s: %s %s\n" "$current" "$detail" "$error" >"$world/end"' EXIT; roll_out; note_served)
say "exit $?"
`

type rollout struct {
	blue, green string // the releases before
	release     string // the one to roll out
	database    bool
	does        []string
	leaves      []string // blue's and green's release after
}

var rollouts = map[string]rollout{
	"a first release goes to both slots": {
		release: "new", database: true,
		does: []string{
			"replace blue", "requests to blue too",
			"requests to all but green", "drain green", "replace green", "requests to green too", "exit 0",
		},
		leaves: []string{"new", "new"},
	},
	"one slot always answers while the other is replaced": {
		blue: "old", green: "old", release: "new", database: true,
		does: []string{
			"requests to all but blue", "drain blue", "replace blue", "requests to blue too",
			"requests to all but green", "drain green", "replace green", "requests to green too", "exit 0",
		},
		leaves: []string{"new", "new"},
	},
	"a release that is there is left alone": {
		blue: "new", green: "new", release: "new", database: true,
		does:   []string{"requests to blue too", "requests to green too", "exit 0"},
		leaves: []string{"new", "new"},
	},
	"a release that crashes goes back before the second slot sees it": {
		blue: "old", green: "old", release: "crashing", database: true,
		does: []string{
			"requests to all but blue", "drain blue", "replace blue",
			"requests to all but blue", "drain blue", "restore blue", "requests to all but nobody", "exit 3",
		},
		leaves: []string{"old", "old"},
	},
	"a release that is not ready while the old one is goes back": {
		blue: "old", green: "old", release: "unready", database: true,
		does: []string{
			"requests to all but blue", "drain blue", "replace blue",
			"requests to all but blue", "drain blue", "restore blue", "requests to all but nobody", "exit 3",
		},
		leaves: []string{"old", "old"},
	},
	"without a database nothing is judged": {
		blue: "old", green: "old", release: "new",
		does:   []string{"replace blue", "requests to all but nobody", "exit 75"},
		leaves: []string{"new", "old"},
	},
	"a first release waits for the database": {
		release: "new",
		does:    []string{"replace blue", "requests to all but nobody", "exit 75"},
		leaves:  []string{"new", ""},
	},
	"a first release that crashes has failed, database or not": {
		release: "crashing",
		does:    []string{"replace blue", "requests to all but nobody", "exit 3"},
		leaves:  []string{"crashing", ""},
	},
	"a rollout that was interrupted goes on": {
		blue: "new", green: "old", release: "new", database: true,
		does: []string{
			"requests to blue too",
			"requests to all but green", "drain green", "replace green", "requests to green too", "exit 0",
		},
		leaves: []string{"new", "new"},
	},
}

func TestRollouts(t *testing.T) {
	for name, r := range rollouts {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			r.set(t, dir)
			assert.Equal(t, r.does, r.run(t, dir))
			assert.Equal(t, r.leaves, []string{contents(dir, "blue"), contents(dir, "green")})
		})
	}
}

// On a machine that never ran another release, a bad one looks like a database that does not answer.
func TestAWaitBlamesNobodyWithoutAnotherSlot(t *testing.T) {
	dir := t.TempDir()
	bad := rollout{release: "unready", database: true}
	bad.set(t, dir)
	assert.Equal(t, "exit 75", last(bad.run(t, dir)))
	assert.Equal(t, "blue: lives, but is not ready, and no other slot tells whether that is the database or the release \n", contents(dir, "end"))
}

func TestAFailedReleaseIsRememberedWithItsReasonUntilAnotherWorks(t *testing.T) {
	dir := t.TempDir()
	bad := rollout{blue: "old", green: "old", release: "crashing", database: true}
	bad.set(t, dir)
	bad.run(t, dir)
	assert.Equal(t, "r2\nblue\nit ends as soon as it is started\nwords of blue\n", contents(dir, "failed-revision"))
	const end = "blue: it ends as soon as it is started words of blue\n"
	assert.Equal(t, end, contents(dir, "end"))

	// converge asks this before anything of the release is touched.
	refused := shell(t, dir, "crashing", strings.Replace(world, "; roll_out;", "; refuse_failed; roll_out;", 1))
	assert.Equal(t, []string{"exit 3"}, refused)
	assert.Equal(t, end, contents(dir, "end"))

	good := rollout{release: "new", database: true}
	assert.Equal(t, "exit 0", last(good.run(t, dir)))
	assert.Empty(t, contents(dir, "failed-revision"))
	assert.Equal(t, "r2\n", contents(dir, "served-revision"))
}

// A run that is killed in between must not make a release that was served look like one that never was.
func TestWhatWasServedIsReplacedInOnePiece(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "served-revision", "r1\n")
	killed := strings.Replace(world, "changed() { :; }", "changed() { :; }; mv() { exit 137; }", 1)
	set(t, dir, "database", "up")
	assert.Equal(t, "exit 137", last(shell(t, dir, "new", killed)))
	assert.Equal(t, "r1\n", contents(dir, "served-revision"))
}

// When the second slot fails, the first one is on the new release already and must come back too, but only once the
// second one answers again.
func TestASecondSlotThatFailsTakesTheFirstBack(t *testing.T) {
	dir := t.TempDir()
	r := rollout{blue: "old", green: "old", release: "new", database: true}
	r.set(t, dir)
	script := strings.Replace(world, "slot_gets_ready() {", `slot_gets_ready() { [[ $1 != green || $(runs green) != new ]] || return 1;`, 1)
	script = strings.Replace(script, `*) [[`, `new) [[ $2 == /healthz || $1 == blue ]] ;;`+"\n  *) [[", 1)
	done := shell(t, dir, "new", script)
	assert.Equal(t, []string{
		"requests to all but blue", "drain blue", "replace blue", "requests to blue too",
		"requests to all but green", "drain green", "replace green",
		"requests to all but green", "drain green", "restore green",
		"requests to all but blue", "drain blue", "restore blue",
		"requests to all but nobody", "exit 3",
	}, done)
	assert.Equal(t, []string{"old", "old"}, []string{contents(dir, "blue"), contents(dir, "green")})
}

// What served for a week and then hangs is a process to start again, not a bad release: that would never be tried again.
func TestASlotOfAServedReleaseIsMended(t *testing.T) {
	for name, c := range map[string]struct {
		blue, green, release string
		does                 []string
	}{
		"by a new start": {"new", "hanging", "new", []string{
			"requests to blue too",
			"requests to all but green", "start green", "requests to green too", "exit 0",
		}},
		"both of them": {"hanging", "hanging", "new", []string{
			"start blue", "requests to blue too",
			"requests to all but green", "start green", "requests to green too", "exit 0",
		}},
		"or tried again later": {"crashing", "crashing", "crashing", []string{"start blue", "exit 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			r := rollout{blue: c.blue, green: c.green, release: c.release, database: true}
			r.set(t, dir)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "served-revision"), []byte("r2\n"), 0o644))
			assert.Equal(t, c.does, r.run(t, dir))
			assert.Empty(t, contents(dir, "failed-revision"))
		})
	}
}

func (r rollout) set(t *testing.T, dir string) {
	t.Helper()
	files := map[string]string{"blue": r.blue, "green": r.green}
	if r.database {
		files["database"] = "up"
	}
	for name, content := range files {
		if content != "" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
		}
	}
}

func (r rollout) run(t *testing.T, dir string) []string {
	t.Helper()
	return shell(t, dir, r.release, world)
}

func shell(t *testing.T, dir, release, script string) []string {
	t.Helper()
	boot, err := filepath.Abs("boot")
	require.NoError(t, err)
	cmd := exec.Command("bash", "-c", script)
	cmd.Env = append(os.Environ(), "world="+dir, "release="+release, "boot="+boot)
	said, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", said)
	return strings.Split(strings.TrimSpace(string(said)), "\n")
}

func contents(dir, name string) string {
	text, _ := os.ReadFile(filepath.Join(dir, name))
	return string(text)
}

func last(lines []string) string { return lines[len(lines)-1] }
