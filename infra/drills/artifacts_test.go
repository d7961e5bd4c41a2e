//go:build drills

package drills

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"crosscloud/infra/twin/state"
)

// keep writes to .artifacts/drills what tells why a drill failed and would be gone with the stack: what `make status`
// prints, and both hosts' journals.
func (s *stack) keep() error {
	dir := filepath.Join(s.root, ".artifacts", "drills")
	err := os.MkdirAll(dir, 0o755)
	write := func(name string, cmd *exec.Cmd) {
		out, failed := cmd.CombinedOutput()
		if failed != nil { // what it said is worth keeping all the same
			err = errors.Join(err, fmt.Errorf("%s: %w", name, failed))
		}
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), out, 0o644))
	}
	write("status.txt", s.prepare(s.project, s.twin, "make", "status"))
	machines, listed := state.List[state.Machine](s.store())
	for _, m := range machines {
		write("journal-"+m.Cloud+".txt", exec.Command("docker", "exec", m.Container, "journalctl", "--no-pager"))
	}
	return errors.Join(err, listed)
}
