package webhost

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lib/operations.sh, with slots that say what happens to them.
const operationsWorld = statusWorld + `
run=$world desired=$world/desired.json error=''
. "$boot/lib/operations.sh"
say() { printf '%s\n' "$*"; }
changed() { :; }
slot_names() { printf 'blue\ngreen\n'; }
other_is_ready() { [[ ! -e $world/alone ]]; }
upstream_without() { say "requests to all but $1"; }
drain_slot() { say "drain $1"; }
start_slot() { say "start $1"; cp "$world/parameter" "$world/while-running"; [[ ! -e $world/kill ]] || kill -9 0; }
slot_gets_ready() { [[ ! -e $world/unready ]]; }
status_begin r1
`

// A run of converge; not "|| code=$?", in which the shell would ignore errors that end it.
const operate = `
set +e
(set -e; run_operations)
say "end $?"
`

var restarted = []string{
	"requests to all but blue", "drain blue", "start blue", "requests to all but nobody",
	"requests to all but green", "drain green", "start green", "requests to all but nobody", "end 0",
}

func operated(t *testing.T) string {
	dir := t.TempDir()
	set(t, dir, "parameter", "{}")
	set(t, dir, "desired.json", `{"operations": [{"id": "one", "kind": "restart"}]}`)
	return dir
}

func TestAnOperationRunsOnceAndIsAnnouncedBefore(t *testing.T) {
	dir := operated(t)
	assert.Equal(t, restarted, shell(t, dir, "", operationsWorld+operate))
	assert.Contains(t, contents(dir, "while-running"), `"state":"started"`)
	require.Len(t, published(t, dir).Operations, 1)
	assert.Equal(t, "done", published(t, dir).Operations[0].State)
	assert.Equal(t, []string{"end 0"}, shell(t, dir, "", operationsWorld+operate))

	set(t, dir, "desired.json", `{"operations": [{"id": "one", "kind": "restart"}, {"id": "two", "kind": "dance"}]}`)
	assert.Equal(t, []string{"end 0"}, shell(t, dir, "", operationsWorld+operate))
	d := published(t, dir)
	require.Len(t, d.Operations, 2)
	assert.Equal(t, "failed", d.Operations[1].State)
	assert.Equal(t, "this host knows no operation of kind dance", d.Operations[1].Detail)
}

// An operator may take an operation out of the configuration, and put it back with an older version of the file.
func TestAnOperationThatComesBackIsNotRunAgain(t *testing.T) {
	dir := operated(t)
	shell(t, dir, "", operationsWorld+operate)
	set(t, dir, "desired.json", `{"operations": []}`)
	shell(t, dir, "", operationsWorld+operate)
	set(t, dir, "desired.json", `{"operations": [{"id": "two", "kind": "dance"}, {"id": "one", "kind": "restart"}]}`)
	assert.Equal(t, []string{"end 0"}, shell(t, dir, "", operationsWorld+operate))
	assert.Equal(t, "done", published(t, dir).Operations[0].State)
}

func TestTheNewestOperationsAreRemembered(t *testing.T) {
	dir := operated(t)
	shell(t, dir, "", operationsWorld+`
recall_operations
for id in one {10..40} two; do note_operation "$id" restart done ''; done
forget_operations
jq --raw-output 'map(.id) | join(" ")' "$operations_file" >"$world/ids"`)
	assert.Equal(t, "22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 two one\n", contents(dir, "ids"))
}

func TestARunKnowsThatItRanAnOperation(t *testing.T) {
	dir := operated(t)
	assert.Equal(t, "ran: yes", last(shell(t, dir, "", operationsWorld+`run_operations; say "ran: $operated"`)))
	assert.Equal(t, "ran:", last(shell(t, dir, "", operationsWorld+`run_operations; say "ran: $operated"`)))
}

func TestAnOperationThatCannotBeAnnouncedWaits(t *testing.T) {
	dir := operated(t)
	set(t, dir, "operations.json", "[]")
	said := shell(t, dir, "", operationsWorld+"put_parameter() { return 1; }; sleep() { :; }"+operate)
	assert.Equal(t, "end 1", last(said))
	assert.NotContains(t, said, "start blue")
	assert.Equal(t, restarted, shell(t, dir, "", operationsWorld+operate), "it has not begun, so it runs")
}

func TestAnOperationIsAnnouncedTwiceBeforeItWaits(t *testing.T) {
	dir := operated(t)
	set(t, dir, "operations.json", "[]")
	said := shell(t, dir, "", operationsWorld+`put_parameter() { [[ -e $world/again ]] && cat >"$world/parameter"; }; sleep() { touch "$world/again"; }`+operate)
	assert.Equal(t, "end 0", last(said))
	assert.Contains(t, said, "start blue")
}

func TestNoOperationRunsWhileThePredecessorsAreUnknown(t *testing.T) {
	dir := operated(t)
	assert.Equal(t, []string{"end 1"}, shell(t, dir, "", operationsWorld+"get_parameter() { return 1; }"+operate))

	dir = operated(t)
	set(t, dir, "parameter", `{"revision": "old", "operations": `)
	assert.Equal(t, "end 1", last(shell(t, dir, "", operationsWorld+operate)))
	set(t, dir, "parameter", "{}")
	assert.Equal(t, restarted, shell(t, dir, "", operationsWorld+operate))
}

func TestAnInterruptedOperationIsNotRepeated(t *testing.T) {
	dir := operated(t)
	set(t, dir, "kill", "")
	set(t, dir, "script", operationsWorld+operate)
	said := shell(t, dir, "", `setsid --wait bash "$world/script" || echo killed`)
	assert.Equal(t, "killed", last(said))
	assert.Equal(t, "started", published(t, dir).Operations[0].State)
	assert.Equal(t, []string{"end 0"}, shell(t, dir, "", operationsWorld+operate))
	assert.Equal(t, "failed", published(t, dir).Operations[0].State)
	assert.Equal(t, "it was interrupted", published(t, dir).Operations[0].Detail)
}

func TestARestartThatDoesNotSucceedSaysWhy(t *testing.T) {
	dir := operated(t)
	set(t, dir, "alone", "")
	assert.Equal(t, []string{"end 0"}, shell(t, dir, "", operationsWorld+operate))
	assert.Equal(t, "no slot but blue is ready", published(t, dir).Operations[0].Detail)

	dir = operated(t)
	set(t, dir, "unready", "")
	assert.Equal(t, []string{"requests to all but blue", "drain blue", "start blue", "end 0"}, shell(t, dir, "", operationsWorld+operate))
	assert.Equal(t, "slot blue does not get ready any more", published(t, dir).Operations[0].Detail)
}
