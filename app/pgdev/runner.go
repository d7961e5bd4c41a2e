package pgdev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// runner starts Postgres's programs as a user who may run them: the server
// refuses to run as root.
type runner struct {
	credential *syscall.Credential // nil: the current user
	caps       []uintptr
}

// capDacOverride is CAP_DAC_OVERRIDE of linux/capability.h.
const capDacOverride = 1

// newRunner creates dir and makes it the property of the user that the
// programs will run as.
func newRunner(dir string) (*runner, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	r := &runner{}
	if os.Geteuid() != 0 {
		return r, nil
	}
	credential, err := unprivileged()
	if err != nil {
		return nil, err
	}
	r.credential = credential
	// A checkout below /root is closed to every other user. The capability
	// lets the server walk through, with files that are its own anyway.
	if !reachable(filepath.Dir(dir)) {
		r.caps = []uintptr{capDacOverride}
	}
	return r, r.own(dir)
}

// unprivileged picks the user that root's servers run as: the one that the
// packages make for the purpose, else the one that owns nothing.
func unprivileged() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("this machine has neither a user postgres nor a user nobody to run Postgres as")
}

// reachable reports whether everybody may pass through dir and its parents.
func reachable(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
		dir = filepath.Dir(dir)
	}
}

// own gives a file to the user that the programs run as.
func (r *runner) own(path string) error {
	if r.credential == nil {
		return nil
	}
	if err := os.Chown(path, int(r.credential.Uid), int(r.credential.Gid)); err != nil {
		return fmt.Errorf("hand %s to Postgres's user: %w", path, err)
	}
	return nil
}

func (r *runner) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = "/" // the capability works from the exec on, too late for a directory to start in
	// PGDATA, PGPORT and the like would steer the server; messages are matched in English.
	cmd.Env = []string{"LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH"), "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential:  r.credential,
		AmbientCaps: r.caps,
		Setpgid:     true,           // Ctrl-C is for the app; the database ends after it
		Pdeathsig:   syscall.SIGINT, // and must not outlive a parent that was killed
	}
	return cmd
}
