package cloud

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/testneed"
	"crosscloud/infra/twin/state"
)

// stack runs the real pulumi on the program in testdata.
type stack struct {
	t   *testing.T
	dir string
	env []string
}

func newStack(t *testing.T, port int) stack {
	for _, tool := range []string{"pulumi", "pulumi-language-go"} {
		if _, err := exec.LookPath(tool); err != nil {
			testneed.Missing(t, "%s is not on PATH (make test installs it)", tool)
		}
	}
	dir := t.TempDir()
	program, err := filepath.Abs("testdata/program")
	require.NoError(t, err)
	project := fmt.Sprintf("name: things\nruntime: go\nmain: %s\n", program)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(project), 0o600))
	s := stack{t, dir, append(os.Environ(),
		"PULUMI_HOME="+filepath.Join(dir, "home"),
		"PULUMI_BACKEND_URL=file://"+dir,
		"PULUMI_CONFIG_PASSPHRASE=only for this test",
		"PULUMI_SKIP_UPDATE_CHECK=true",
		// The module names the real packages, whose plugins the engine would look for on the internet at every run.
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"GOFLAGS=-ldflags=-s", // every run links the program anew
		fmt.Sprintf("PULUMI_DEBUG_PROVIDERS=test:%d", port),
	)}
	s.run("stack", "init", "local")
	return s
}

func (s stack) run(args ...string) string {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), "pulumi", append(args, "--non-interactive", "--color=never")...)
	cmd.Dir, cmd.Env = s.dir, s.env
	out, err := cmd.CombinedOutput()
	require.NoError(s.t, err, "pulumi %v:\n%s", args, out)
	return string(out)
}

func (s stack) output(name string) (value any) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal([]byte(s.run("stack", "output", name, "--json")), &value))
	return value
}

func TestEngineUpRefreshDestroy(t *testing.T) {
	cloud := newThings(t)
	port, err := Serve(t.Context(), cloud.provider())
	require.NoError(t, err)
	s := newStack(t, port)

	only := func() (id string, v Thing) {
		all, err := state.List[Thing](cloud.store)
		require.NoError(t, err)
		require.Len(t, all, 1)
		for id, v = range all {
		}
		return id, v
	}

	s.run("config", "set", "size", "3")
	s.run("up", "--yes", "--skip-preview")
	first, made := only()
	assert.Equal(t, "hunter2", made.Password)
	assert.Equal(t, "198.18.0.9", s.output("address"))
	exported := s.run("stack", "export")
	assert.NotContains(t, exported, "hunter2", "the secret is encrypted in Pulumi's state")

	s.run("up", "--yes", "--skip-preview", "--expect-no-changes")
	s.run("refresh", "--yes", "--expect-no-changes")

	s.run("config", "set", "size", "4")
	assert.Contains(t, s.run("up", "--yes", "--skip-preview", "--diff"), "size: 3 => 4")
	id, updated := only()
	assert.Equal(t, first, id, "changed in place")
	assert.Equal(t, 4, updated.Size)
	assert.EqualValues(t, 2, s.output("revision"))

	cloud.change(t, id, func(v *Thing) { v.Size = 9 })
	s.run("refresh", "--yes")
	assert.Contains(t, s.run("up", "--yes", "--skip-preview", "--diff"), "size: 9 => 4", "what was changed behind its back is drift")

	s.run("config", "set", "zone", "b")
	s.run("up", "--yes")
	_, replaced := only()
	assert.Equal(t, "b", replaced.Zone)

	require.NoError(t, state.Delete[Thing](cloud.store, replaced.Name))
	s.run("refresh", "--yes")
	s.run("up", "--yes", "--skip-preview")
	only()

	s.run("destroy", "--yes", "--skip-preview")
	all, err := state.List[Thing](cloud.store)
	require.NoError(t, err)
	assert.Empty(t, all)
}
