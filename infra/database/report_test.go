package database

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestARunIsPublished(t *testing.T) {
	h := newTestHost(t)
	out, err := h.run(t, `begin_step seen; begin_step agent; changed "one	thing"; changed 'a "second"'; begin_step answers`)
	require.NoError(t, err, out)
	assert.Equal(t, []string{"converging", "serving"}, h.history(t), "what comes within a second is not published by itself")
	assert.Contains(t, h.uploads[0], `"hops":[{"name":"seen","ok":true,"detail":""}]`, "before anything else")

	s := h.published(t)
	assert.Equal(t, "boot", s.Revision, "bundles lie in directories of that name")
	assert.Equal(t, map[string]string{"debian": s.Versions["debian"], "postgresql": "17.12"}, s.Versions)
	assert.NotEmpty(t, s.Versions["debian"])
	assert.Empty(t, s.Error+s.Log)
	var names []string
	for _, hop := range s.Hops {
		names = append(names, hop.Name)
		assert.True(t, hop.OK, hop.Name)
	}
	assert.Equal(t, []string{"seen", "agent", "answers"}, names)
	assert.Equal(t, `a "second"`, s.Hops[1].Detail)

	out, err = h.run(t, `begin_step seen; begin_step agent; sleep 2.5; begin_step answers`)
	require.NoError(t, err, out)
	assert.Equal(t, []string{"converging", "serving", "serving"}, h.history(t), "a calm run has an end only")
}

func TestAFileThatCannotBePlacedIsTold(t *testing.T) {
	h := newTestHost(t)
	out, err := h.run(t, `begin_step settings; place_file nowhere "$run_files/file" 0644 root:root; changed never`)
	require.Error(t, err, out)
	s := h.published(t)
	assert.Contains(t, s.Error, ": install --mode")
	assert.Contains(t, s.Log, "nowhere")
	assert.NotContains(t, out, "never")
}

// Without jq: the installation that fails is the one that would bring it.
func TestAFailedRunTellsWhyAndNoSecret(t *testing.T) {
	h := newTestHost(t)
	out, err := h.run(t, `
		jq() { exit 99; }
		begin_step seen; begin_step packages
		for ((i = 0; i < 400; i++)); do echo "line $i of what apt says, which is long"; done
		echo 'E: cannot parse "postgresql://todo_a:pa55word@203.0.113.20/todo" \ ü'
		echo "LINE 1: ALTER ROLE todo_a PASSWORD 'SCRAM-SHA-256\$4096:c2FsdA==\$c3RvcmVk:c2VydmVy'" >&2
		echo 'curl: header = "Authorization: Bearer token-of-the-host"'
		false`)
	require.Error(t, err)
	assert.Contains(t, out, "failed in step packages: line")
	s := h.published(t)
	assert.Equal(t, "retrying", s.State)
	assert.Contains(t, s.Error, ": false")
	require.Len(t, s.Hops, 2)
	assert.Equal(t, "packages", s.Hops[1].Name)
	assert.False(t, s.Hops[1].OK)
	assert.Equal(t, s.Error, s.Hops[1].Detail)

	assert.LessOrEqual(t, len(s.Log), 8192)
	assert.Greater(t, len(s.Log), 8000)
	lines := strings.Split(strings.TrimSpace(s.Log), "\n")
	assert.Contains(t, lines[len(lines)-1], "failed in step packages", "the end of it, to the last line")
	assert.Contains(t, s.Log, `cannot parse "postgresql://***@203.0.113.20/todo" \ `)
	assert.Contains(t, s.Log, "SCRAM-SHA-256***")
	for _, secret := range []string{"pa55word", "c2VydmVy", "token-of-the-host"} {
		assert.NotContains(t, h.document, secret)
	}
	for _, char := range s.Log {
		require.True(t, char == '\n' || char >= ' ' && char <= '~', "%q", char)
	}

	out, err = h.run(t, `begin_step seen; begin_step packages; die 'the data disk is not attached'`)
	require.Error(t, err, out)
	assert.Equal(t, "the data disk is not attached", h.published(t).Error)
	assert.Equal(t, []string{"converging", "retrying", "retrying"}, h.history(t))
}

// Bash enters the EXIT trap with the code of the command before the signal.
func TestARunThatASignalEndsDoesNotServe(t *testing.T) {
	const stopped = "stopped by a signal (the agent sends one after 1800 s), in: sleep 1"
	for signal, says := range map[string]string{"HUP": "ended with code 143", "INT": "ended with code 143", "PIPE": "ended with code 143", "TERM": stopped} {
		t.Run(signal, func(t *testing.T) {
			h := newTestHost(t)
			out, err := h.run(t, `begin_step seen; begin_step roles; (sleep 0.3; kill -`+signal+` $$) & sleep 1; true`)
			require.Error(t, err, out)
			s := h.published(t)
			assert.Equal(t, "retrying", s.State)
			assert.Equal(t, says, s.Error)
			require.Len(t, s.Hops, 2)
			assert.Equal(t, "roles", s.Hops[1].Name)
			assert.False(t, s.Hops[1].OK)
		})
	}
}

// A run that takes too long gets the signal with all its children.
func TestASignalLeavesTheLogWhole(t *testing.T) {
	h := newTestHost(t)
	out, err := h.run(t, `begin_step roles; kill -TERM "$copier" $$; true`)
	require.Error(t, err, out)
	assert.Contains(t, h.published(t).Log, "failed in step roles")
}

func TestWhatCannotBePublishedFailsNoRunAndIsMadeUpFor(t *testing.T) {
	h := newTestHost(t)
	out, err := h.shell(t, "bash ./publish")
	require.NoError(t, err, out)
	assert.Empty(t, h.uploads, "nothing was told yet")

	h.refuse = func(*http.Request, string) int { return http.StatusForbidden }
	out, err = h.run(t, `begin_step seen; begin_step answers`)
	require.NoError(t, err, out)
	assert.Contains(t, out, "the last status cannot be read: 403 the host does not have access")
	assert.Empty(t, h.uploads)
	out, err = h.shell(t, "bash ./publish")
	require.Error(t, err, out)

	h.refuse = nil
	out, err = h.shell(t, "bash ./publish")
	require.NoError(t, err, out)
	assert.Equal(t, "serving", h.published(t).State)

	h.refuse = func(r *http.Request, _ string) int {
		return map[string]int{"POST": http.StatusServiceUnavailable}[r.Method]
	}
	out, err = h.run(t, `begin_step seen; begin_step answers`)
	require.NoError(t, err, out)
	assert.Contains(t, out, "the status is not published: the host does not have access")
}

func TestARunUnderWayIsNotPublishedOver(t *testing.T) {
	h := newTestHost(t)
	_, err := h.run(t, `begin_step seen`)
	require.NoError(t, err)
	before := len(h.uploads)
	out, err := h.shell(t, `exec 8>../run/crosscloud-converge.lock; flock 8; bash ./publish`)
	require.NoError(t, err, out)
	assert.Len(t, h.uploads, before)
}

func TestABundleThatCannotBeUnpackedIsToldByTheOneBefore(t *testing.T) {
	h := newTestHost(t)
	_, err := h.run(t, `begin_step seen`)
	require.NoError(t, err)
	out, err := h.shell(t, `bash ./publish next <<<'tar: "x": No space left on device'`)
	require.NoError(t, err, out)
	s := h.published(t)
	assert.Equal(t, []string{"next", "retrying", `tar: "x": No space left on device`}, []string{s.Revision, s.State, s.Error})
	assert.Equal(t, "seen", s.Hops[0].Name)
}

// What a new host cannot read it must not overwrite: its predecessor's operations stand there and nowhere else.
func TestAPredecessorsStatusIsKept(t *testing.T) {
	const predecessors = `{"revision":"x","state":"serving","log":"\"operations\":[]}","time":"t","operations":[{"id":"a","kind":"restart","state":"done","detail":"a \"]}\" b","time":"t"}]}`
	for name, c := range map[string]struct {
		document string
		id       string
		jq       bool
	}{
		"as it was written":         {predecessors + "\n", "a", false},
		"written anew by a person":  {"{\n \"operations\": [\n  {\"id\": \"b\"}\n ]\n}\n", "b", true},
		"without operations":        {`{"state":"serving"}`, "", true},
		"fresh from the stack":      {"{}", "", false},
		"empty":                     {"", "", false},
		"no status document at all": {"<html>", "refused", true},
		"operations of another kind": {
			`{"operations": "none"}`, "refused", true},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestHost(t)
			h.document = c.document
			without := `jq() { exit 99; };`
			if c.jq {
				without = ""
			}
			out, err := h.run(t, without+`begin_step seen; begin_step answers`)
			require.NoError(t, err, out)
			if c.id == "refused" {
				assert.Empty(t, h.uploads)
				assert.Contains(t, out, "is no status document")
				return
			}
			var ids []string
			for _, op := range h.published(t).Operations {
				ids = append(ids, op.ID)
			}
			assert.Equal(t, c.id, strings.Join(ids, ","))
			_, err = os.Stat(filepath.Join(h.dir, "lib/operations.json"))
			assert.NoError(t, err)
		})
	}
}

func TestAFirstRunIsPublishedWhateverTheAgentSaidBefore(t *testing.T) {
	h := newTestHost(t)
	out, err := h.shell(t, `mkdir -p ../run/crosscloud ../lib; bash ./publish boot <<<'tar: "ok":false "x": No space left on device'`)
	require.NoError(t, err, out)
	out, err = h.run(t, `begin_step seen; begin_step agent`)
	require.NoError(t, err, out)
	assert.Equal(t, []string{"retrying", "converging", "serving"}, h.history(t))
}

// What bash counts as SECONDS follows the clock.
func TestProgressIsPublishedWhateverTheClockSays(t *testing.T) {
	h := newTestHost(t)
	out, err := h.run(t, `begin_step seen; begin_step agent; SECONDS=-3600; sleep 2.5; begin_step answers`)
	require.NoError(t, err, out)
	assert.Equal(t, []string{"converging", "converging", "serving"}, h.history(t))
}
