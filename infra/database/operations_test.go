package database

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/operation"
)

const operate = `begin_step answers; end_step; step=operations; run_operations; step=''`

func restart(id string) operation.Operation { return operation.Operation{ID: id, Kind: "restart"} }

// outcomes are the published operations, "id state detail".
func (h *testHost) outcomes(t *testing.T) (all []string) {
	t.Helper()
	for _, op := range h.published(t).Operations {
		all = append(all, strings.TrimSpace(op.ID+" "+op.State+" "+op.Detail))
	}
	return all
}

func TestAnOperationRunsOnce(t *testing.T) {
	h := newTestHost(t, restart("a"))
	out, err := h.run(t, operate)
	require.NoError(t, err, out)
	assert.Equal(t, 1, h.restarts())
	require.GreaterOrEqual(t, len(h.uploads), 3)
	assert.Contains(t, h.uploads[1], `"operations":[{"id":"a","kind":"restart","state":"started"`, "announced before it ran")
	assert.Equal(t, []string{"a done the server was restarted and answers"}, h.outcomes(t))
	assert.Equal(t, "serving", h.published(t).State)

	out, err = h.run(t, operate)
	require.NoError(t, err, out)
	assert.Contains(t, out, "nothing changed")
	h.replace(t)
	out, err = h.run(t, operate)
	require.NoError(t, err, out)
	assert.Equal(t, 1, h.restarts(), "neither again nor on the next host")

	h.ask(t, restart("a"), restart("b"), restart("c"))
	out, err = h.run(t, operate)
	require.NoError(t, err, out)
	assert.Equal(t, 3, h.restarts())
	assert.Less(t, strings.Index(out, "operation b"), strings.Index(out, "operation c"))
}

func TestAnOperationWaitsUntilItCanBeAnnounced(t *testing.T) {
	forbidden := func(method string) func(*http.Request, string) int {
		return func(r *http.Request, _ string) int {
			return map[string]int{method: http.StatusForbidden}[r.Method]
		}
	}
	for name, c := range map[string]struct {
		prepare func(h *testHost)
		says    string
	}{
		"the last status cannot be read": {func(h *testHost) { h.refuse = forbidden("GET") }, "operations wait: the last status"},
		"the next one cannot be written": {func(h *testHost) { h.refuse = forbidden("POST") }, "operation a waits"},
		"the last one is no status":      {func(h *testHost) { h.document = "<html>" }, "operations wait: the last status"},
		"it cannot be recorded on the disk": {func(h *testHost) {
			os.MkdirAll(filepath.Join(h.dir, "lib/operations.json.new"), 0o755)
		}, "operation a waits"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestHost(t, restart("a"))
			c.prepare(h)
			for range 2 {
				out, err := h.run(t, operate)
				require.Error(t, err)
				assert.Contains(t, out, c.says)
				assert.Zero(t, h.restarts())
			}
			h.refuse, h.document = nil, "{}"
			os.RemoveAll(filepath.Join(h.dir, "lib/operations.json.new"))
			out, err := h.run(t, operate)
			require.NoError(t, err, out)
			assert.Equal(t, 1, h.restarts())
			assert.Equal(t, []string{"a done the server was restarted and answers"}, h.outcomes(t))
		})
	}
	t.Run("but not for a document that was never there", func(t *testing.T) {
		h := newTestHost(t, restart("a"))
		h.missing = true
		out, err := h.run(t, operate)
		require.NoError(t, err, out)
		assert.Equal(t, 1, h.restarts())
	})
}

// Killed at any point, an operation has run once or not at all, and in the end its outcome is told.
func TestAnInterruptedOperationIsNotRunAgain(t *testing.T) {
	const interrupted = "a failed it was interrupted, and is not run again"
	for name, c := range map[string]struct {
		kill     string // the function at whose call the run is killed
		replaced bool
		restarts int
		outcome  string
	}{
		"before it was announced":                {"publish_status", false, 1, "a done the server was restarted and answers"},
		"announced, not recorded":                {"save_started", false, 1, "a done the server was restarted and answers"},
		"announced, not recorded, another host":  {"save_started", true, 0, interrupted},
		"while it ran":                           {"restart_server", false, 0, interrupted},
		"while it ran, another host":             {"restart_server", true, 0, interrupted},
		"after it ran, before that was recorded": {"note_done", false, 1, interrupted},
		"after it ran, and another host came":    {"note_done", true, 1, interrupted},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestHost(t, restart("a"))
			out, err := h.run(t, `
				eval "original_$(declare -f save_record)"; eval "original_$(declare -f note_operation)"
				save_record() { [[ `+c.kill+` != save_started || $operations != *started* ]] || kill -9 $$; original_save_record; }
				note_operation() { [[ `+c.kill+` != note_done || $3 != done ]] || kill -9 $$; original_note_operation "$@"; }
				case `+c.kill+` in publish_status | restart_server) `+c.kill+`() { kill -9 $$; } ;; esac
				`+operate)
			require.Error(t, err, out)
			if c.replaced {
				h.replace(t)
			}
			for range 2 {
				out, err = h.run(t, operate)
				require.NoError(t, err, out)
			}
			assert.Equal(t, c.restarts, h.restarts())
			assert.Equal(t, []string{c.outcome}, h.outcomes(t))
		})
	}
}

func TestAFailedOperationIsTold(t *testing.T) {
	h := newTestHost(t, restart("a"), operation.Operation{ID: "b", Kind: "dance"})
	require.NoError(t, os.WriteFile(filepath.Join(h.dir, "broken"), nil, 0o644))
	out, err := h.run(t, operate)
	require.Error(t, err)
	assert.Contains(t, out, "the server does not start")
	assert.Equal(t, []string{"a failed the server does not answer after its restart", "b failed this host has no such operation"}, h.outcomes(t))
	assert.Equal(t, "retrying", h.published(t).State, "operations are done with; the server is not")
	hops := h.published(t).Hops
	require.Len(t, hops, 2)
	assert.True(t, hops[0].OK, "no step is taken back")
	assert.Equal(t, "operations", hops[1].Name)
	assert.Equal(t, "the server does not start", hops[1].Detail)
	require.NoError(t, os.Remove(filepath.Join(h.dir, "broken")))
	out, err = h.run(t, operate)
	require.NoError(t, err, out)
	assert.Equal(t, 1, h.restarts())
}

func TestOldOperationsAreForgotten(t *testing.T) {
	h := newTestHost(t, restart("kept"))
	var before []string
	for i := range 30 {
		before = append(before, fmt.Sprintf(`{"id":"old-%d","kind":"restart","state":"done","detail":"","time":"t"}`, i))
	}
	h.document = `{"state":"serving","operations":[{"id":"kept","kind":"restart","state":"done","detail":"","time":"t"},` + strings.Join(before, ",") + `]}`
	out, err := h.run(t, operate)
	require.NoError(t, err, out)
	all := h.outcomes(t)
	require.Len(t, all, 21)
	assert.Equal(t, []string{"kept done", "old-10 done", "old-29 done"}, []string{all[0], all[1], all[20]})
	assert.Zero(t, h.restarts())
}
