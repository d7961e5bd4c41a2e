//go:build drills

package drills

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// update is a `pulumi up` under way: what it says can be read while it comes.
type update struct {
	stack *stack
	ended chan struct{} // closed when it has
	err   error         // how it ended

	mu   sync.Mutex
	said bytes.Buffer
}

// patience is how long an update or a host may take to say what it must: the hosts look every few seconds, and pause up
// to a minute between two tries.
const patience = 4 * time.Minute

// up begins an update.
func (s *stack) up(t *testing.T, args ...string) *update {
	t.Helper()
	return s.begin(t, append([]string{"pulumi", "up", "--yes"}, args...)...)
}

// begin begins one by another command of the twin. A drill that fails does not leave it behind.
func (s *stack) begin(t *testing.T, args ...string) *update {
	t.Helper()
	cmd := s.prepare(s.project, s.twin, args...)
	u := &update{stack: s, ended: make(chan struct{})}
	cmd.Stdout = io.MultiWriter(os.Stdout, u)
	cmd.Stderr = cmd.Stdout
	require.NoError(t, cmd.Start())
	go func() {
		defer close(u.ended)
		u.err = cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // where it has not ended
		u.wait()
	})
	return u
}

// Write keeps what it prints for the drill.
func (u *update) Write(text []byte) (int, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.said.Write(text)
}

func (u *update) text() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.said.String()
}

// wait also hands its words to whoever looks for secrets in them, once.
func (u *update) wait() {
	if <-u.ended; u.stack != nil {
		u.stack.output.WriteString(u.text())
		u.stack = nil
	}
}

// says waits until it said so.
func (u *update) says(t *testing.T, what string) {
	t.Helper()
	for end := time.Now().Add(patience); !strings.Contains(u.text(), what); time.Sleep(step) {
		select {
		case <-u.ended:
			require.Contains(t, u.text(), what, "it ended without (%v)", u.err)
			return
		default:
			require.False(t, time.Now().After(end), "it does not say %q, but:\n%s", what, u.text())
		}
	}
}

// succeeds waits for its end.
func (u *update) succeeds(t *testing.T) {
	t.Helper()
	u.wait()
	require.NoError(t, u.err, "%s", u.text())
}

// fails waits for its end, and answers what it said.
func (u *update) fails(t *testing.T) string {
	t.Helper()
	u.wait()
	require.Error(t, u.err, "%s", u.text())
	return u.text()
}
