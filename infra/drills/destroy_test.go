//go:build drills

package drills

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// interruptDestroy begins to destroy the stack and ends that half-way, first kindly and then not.
func (s *stack) interruptDestroy(t *testing.T) {
	t.Helper()
	whole := len(s.resources(t))

	// As a terminal does when somebody presses ^C: Pulumi ends what it has begun, keeps its books and takes that for a
	// success.
	require.NoError(t, s.interrupt(t, " deleted ", func(cmd *exec.Cmd) error { return cmd.Process.Signal(os.Interrupt) }))
	rest := len(s.resources(t))
	require.Less(t, rest, whole, "something is gone")
	require.Positive(t, rest, "and not all")
	require.False(t, s.locked())

	// As a laptop does whose battery is empty, while a VM is being deleted.
	require.Error(t, s.interrupt(t, `:Instance \S+ deleting`, func(cmd *exec.Cmd) error { return signal(cmd, syscall.SIGKILL) }))
	require.True(t, s.locked(), "nobody was left to unlock")
	require.Positive(t, len(s.resources(t)))
	require.NoError(t, s.command("pulumi", "cancel", "--yes"))
}

// interrupt begins to destroy the stack, ends that when the output matches an expression, and returns how it ended.
func (s *stack) interrupt(t *testing.T, at string, end func(*exec.Cmd) error) error {
	t.Helper()
	cmd := group(s.prepare(s.project, s.twin, "pulumi", "destroy", "--yes"))
	seen := &trigger{text: regexp.MustCompile(at), seen: make(chan struct{})}
	cmd.Stdout = io.MultiWriter(os.Stdout, &s.output, seen)
	cmd.Stderr = cmd.Stdout
	cmd.WaitDelay = time.Minute
	require.NoError(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-seen.seen:
	case err := <-ended:
		t.Fatalf("destroy ended before it printed %q: %v", at, err)
	}
	require.NoError(t, end(cmd))
	return <-ended
}

// trigger tells when a text was written.
type trigger struct {
	text    *regexp.Regexp
	seen    chan struct{}
	once    sync.Once
	written bytes.Buffer
}

func (w *trigger) Write(p []byte) (int, error) {
	w.written.Write(p)
	if w.text.Match(w.written.Bytes()) {
		w.once.Do(func() { close(w.seen) })
	}
	return len(p), nil
}

// retained are the records that a destroy leaves on purpose: APIs stay enabled, as other things in the project may use
// them; images are their repository's, so that what was built stays on the builder's own machine. The last is no cloud's,
// but what the twin's services sign tokens with.
var retained = map[string]bool{
	"gcp.Service": true, "dockerbuild.leftover": true, "dockerbuild.record": true, "token.Secret": true,
}

// left names what there is still of the twin's clouds: VMs, disks, contents of buckets and registries, and all that they
// know.
func (s *stack) left(t *testing.T) []string {
	t.Helper()
	mine := "label=crosscloud.twin=" + twinName
	left := strings.Fields(docker(t, "ps", "--all", "--quiet", "--filter", mine, "--filter", "label=crosscloud.machine") +
		docker(t, "volume", "ls", "--quiet", "--filter", mine))
	for _, contents := range []string{"contents", "objects", "registry"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(s.store().Dir(), contents), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				left = append(left, path)
			}
			return err
		}))
	}
	files, err := filepath.Glob(filepath.Join(s.store().Dir(), "*", "*.json"))
	require.NoError(t, err)
	for _, file := range files {
		if kind := filepath.Base(filepath.Dir(file)); !retained[kind] {
			left = append(left, kind+" "+filepath.Base(file))
		}
	}
	return left
}
