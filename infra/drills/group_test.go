//go:build drills

package drills

import (
	"os/exec"
	"syscall"
)

// group makes a command lead a process group of its own, as a terminal's do: signal then reaches all that it starts.
func group(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// signal sends a signal to a command's whole group.
func signal(cmd *exec.Cmd, s syscall.Signal) error {
	return syscall.Kill(-cmd.Process.Pid, s)
}
