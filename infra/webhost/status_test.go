package webhost

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// agent/status.sh in a world whose SSM is the file $world/parameter; without it, SSM answers with errors.
const statusWorld = `
set -euo pipefail
STATUS_PARAMETER=/status
. "$boot/agent/status.sh"
status_file=$world/status.json published_file=$world/published.json operations_file=$world/operations.json
get_parameter() { [[ -e $world/parameter ]] && jq --null-input --rawfile value "$world/parameter" '{Value: $value}'; }
put_parameter() { [[ -e $world/parameter ]] && cat >"$world/parameter"; }
`

type document struct {
	Revision, State, Error, Log, Time string
	Hops                              []struct {
		Name, Detail string
		OK           bool
	}
	Versions   map[string]string
	Operations []struct{ ID, Kind, State, Detail, Time string }
}

func published(t *testing.T, dir string) document {
	t.Helper()
	var d document
	require.NoError(t, json.Unmarshal([]byte(contents(dir, "parameter")), &d), "%s", contents(dir, "parameter"))
	return d
}

func set(t *testing.T, dir, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
}

func TestTheFirstWordIsThatTheRevisionWasSeen(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "parameter", "{}")
	shell(t, dir, "", statusWorld+`status_begin r1; status_publish`)
	d := published(t, dir)
	assert.Equal(t, "r1", d.Revision)
	assert.Equal(t, "converging", d.State)
	require.Len(t, d.Hops, 1)
	assert.Equal(t, "seen", d.Hops[0].Name)
	assert.True(t, d.Hops[0].OK)
	assert.Contains(t, d.Versions, "debian")
	assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`, d.Time)
}

// fullStatus has all hops, a certificate, and as many operations as asked for, with the longest names; in each text,
// $letter comes as often as it can. SSM takes 4096 characters.
const fullStatus = statusWorld + `
status_begin "$(printf 'a%.0s' {1..64})"
long() { printf "%$1s" '' | tr ' ' "$letter"; }
for hop in packages agent ssh accounts egress secret image certificate nginx migrate blue green site; do
  status_hop "$hop" true "$(long 200)"
done
status_hop site false "$(long 200)"
status_set certificate "$(printf 'c%.0s' {1..750})"
status_set digest "sha256:$(printf 'd%.0s' {1..64})"
status_set error "$(long 500)"
jq --null-input --argjson operations "$operations" --arg detail "$(long "${details:-120}")" '
  [range($operations) | {id: "operation-\(.)-bbbbbbbbbbbbbbbbbbbbbbbbbbbbb"[:40], kind: "restart", state: "failed", detail: $detail, time: "2026-01-01T00:00:00Z"}]' >"$operations_file"
`

func TestAStatusFitsItsParameter(t *testing.T) {
	for _, settings := range []string{"letter=w operations=0", "letter=w operations=10", `letter=\" operations=10`, `letter=\" operations=30`} {
		dir := t.TempDir()
		set(t, dir, "parameter", "{}")
		shell(t, dir, "", settings+fullStatus+`status_set log "$(seq 1 4000 | plain_lines 3000)"; status_publish`)
		text := strings.TrimSpace(contents(dir, "parameter"))
		assert.LessOrEqual(t, len(text), 4096, settings)
		assert.Contains(t, text, strings.Repeat("c", 750), "the certificate must arrive whole")
		assert.Len(t, published(t, dir).Hops, 14)
		assert.NotEmpty(t, published(t, dir).Hops[13].Detail, "what failed")
	}
}

// What is asked for is published in any case; of the rest, what there is room for beside the end of the log.
func TestAStatusHasRoomForTheEndOfTheLogAndTheNewestOperations(t *testing.T) {
	publish := func(log string) document {
		dir := t.TempDir()
		set(t, dir, "parameter", "{}")
		shell(t, dir, "", "letter=w operations=30 details=0"+fullStatus+`status_begin r1; status_set log "$(`+log+`)"; status_publish`)
		return published(t, dir)
	}
	d := publish("seq 1 4000 | plain_lines 3000")
	assert.True(t, strings.HasSuffix(d.Log, "3998\n3999\n4000"), "its end counts")
	assert.Greater(t, len(d.Log), 800)
	assert.Greater(t, len(d.Operations), 10)
	assert.Less(t, len(d.Operations), 30)
	assert.Equal(t, "operation-29-bbbbbbbbbbbbbbbbbbbbbbbbbbb", d.Operations[len(d.Operations)-1].ID)
	assert.Greater(t, len(publish(":").Operations), len(d.Operations))
}

// Without operations, the log has the room.
func TestTheLogTakesTheRoomThatIsLeft(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "parameter", "{}")
	shell(t, dir, "", statusWorld+`
status_begin r1; status_set log "$(seq 1 4000 | plain_lines 3000)"; status_publish`)
	assert.Greater(t, len(published(t, dir).Log), 2000)
}

func TestAStatusHasNoPasswordAndOnlyPrintableASCII(t *testing.T) {
	dir := t.TempDir()
	said := shell(t, dir, "", statusWorld+`printf 'é postgres://todo:hunter2@db/x {{a\tb\nnext' | tee >(plain 100 >"$world/plain") | plain_lines 100`)
	assert.NotContains(t, strings.Join(said, ""), "hunter2")
	assert.Equal(t, "next", last(said))
	assert.Equal(t, " postgres://***@db/x {a b next", contents(dir, "plain"))
}

// What a machine's predecessor has begun counts, and must not be overwritten before it is known.
func TestANewMachineKeepsItsPredecessorsOperations(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "parameter", `{"revision": "old", "operations": [
		{"id": "one", "kind": "restart", "state": "done", "detail": "", "time": "2026-01-01T00:00:00Z"},
		{"id": "two", "kind": "restart", "state": "started", "detail": "", "time": "2026-01-01T00:00:00Z"}]}`)
	shell(t, dir, "", statusWorld+`status_begin r2; status_publish`)
	d := published(t, dir)
	assert.Equal(t, "r2", d.Revision)
	require.Len(t, d.Operations, 2)
	assert.Equal(t, "done", d.Operations[0].State)
	assert.Equal(t, "failed", d.Operations[1].State)
	assert.Equal(t, "it was interrupted", d.Operations[1].Detail)
}

func TestANewMachineWithoutAPredecessorHasNoOperations(t *testing.T) {
	for _, value := range []string{"{Value: \"{}\"}", "{}"} {
		dir := t.TempDir()
		set(t, dir, "parameter", "")
		shell(t, dir, "", statusWorld+`get_parameter() { jq --null-input '`+value+`'; }; status_begin r2; status_publish`)
		assert.Equal(t, "r2", published(t, dir).Revision, value)
		assert.Empty(t, published(t, dir).Operations)
	}
}

// What the predecessor ran may still be read from it by a person, and must not run again.
func TestAStatusThatIsDamagedIsNotOverwritten(t *testing.T) {
	for _, text := range []string{
		"[1]", "3", "null", "no JSON", `"words"`, `{"revision": "old"}`, `{"operations": 1}`, `{"operations": ["one"]}`,
		`{"revision": "old", "operations": [{"id": "one", "ki`,
	} {
		dir := t.TempDir()
		set(t, dir, "parameter", text)
		said := shell(t, dir, "", statusWorld+`status_begin r2; status_publish || echo refused`)
		assert.Equal(t, "refused", last(said), text)
		assert.Contains(t, said, "status: what /status holds is no status; write {} over it, if nothing in it is needed")
		assert.Equal(t, text, contents(dir, "parameter"))
		assert.NoFileExists(t, filepath.Join(dir, "operations.json"))
	}
}

func TestNothingIsPublishedWhileTheOperationsBeforeAreUnknown(t *testing.T) {
	dir := t.TempDir()
	said := shell(t, dir, "", statusWorld+`status_begin r2; status_publish || echo refused`)
	assert.Equal(t, "refused", last(said))
	_, err := os.Stat(filepath.Join(dir, "published.json"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}
