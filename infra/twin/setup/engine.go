package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"crosscloud/infra/twin/command"
)

// FindEngine looks for a Docker engine that answers and returns the value of DOCKER_HOST that leads to it, empty for the
// default one. The twin's own has its files in dir.
func FindEngine(ctx context.Context, dir string) (host string, err error) {
	own := engine{dir}
	if err = answers(ctx, ""); err != nil && answers(ctx, own.host()) == nil {
		return own.host(), nil
	}
	return "", err
}

// Engine is FindEngine, but if no engine answers, one is installed; and where no systemd can run it, the twin runs one
// of its own, with all its files in dir.
func Engine(ctx context.Context, dir string) (host string, err error) {
	host, reason := FindEngine(ctx, dir)
	if reason == nil {
		return host, nil
	}
	own := engine{dir}
	if os.Geteuid() != 0 {
		install := "install one with: sudo apt-get install docker.io && sudo usermod -aG docker $USER, then log in again"
		if strings.Contains(reason.Error(), "permission denied") {
			install = "get permission with: sudo usermod -aG docker $USER, then log in again"
		}
		return "", fmt.Errorf("no Docker engine answers: %w; %s", reason, install)
	}
	if err := Packages(ctx, "docker.io"); err != nil {
		return "", err
	}
	if err := Packages(ctx, "docker-cli"); err != nil { // from Debian 13 on the command is a package of its own
		return "", err
	}
	if _, err := os.Stat("/run/systemd/system"); err == nil {
		if _, err := command.Run(ctx, "systemctl", "start", "docker"); err != nil {
			return "", err
		}
		return "", answers(ctx, "")
	}
	// StopEngine takes the bridge away with the ip command.
	if err := Packages(ctx, "iproute2"); err != nil {
		return "", err
	}
	return own.host(), own.start(ctx)
}

// LeftContainers reports whether containers of the twin's own engine are on disk.
func LeftContainers(dir string) bool {
	found, err := filepath.Glob(filepath.Join(engine{dir}.file("data"), "containers", "*"))
	return err == nil && len(found) > 0
}

// ReviveEngine starts the twin's own engine again after it was killed or the machine was restarted. Its containers'
// processes may have outlived it, and only an engine can end those.
func ReviveEngine(ctx context.Context, dir string) (host string, err error) {
	if os.Geteuid() != 0 {
		return "", errors.New("the twin's own Docker engine needs root: run this again with sudo")
	}
	own := engine{dir}
	return own.host(), own.start(ctx)
}

// StopEngine ends the twin's own engine, if there is one and no container is left in it, and removes its files.
func StopEngine(ctx context.Context, dir string) error {
	own := engine{dir}
	process := own.process()
	if process != nil {
		out, err := dockerAt(ctx, own.host(), "ps", "--all", "--quiet")
		if err != nil {
			return err
		}
		if len(out) > 0 {
			return nil // another instance of the twin uses it
		}
		if err := process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		for deadline := time.Now().Add(30 * time.Second); own.process() != nil; time.Sleep(100 * time.Millisecond) {
			if time.Now().After(deadline) {
				return fmt.Errorf("the twin's Docker engine, process %d, does not end", process.Pid)
			}
		}
		// The bridge has one name for all engines: one that runs beside this one has its containers on it.
		if _, err := os.Stat(own.file("bridge")); err == nil && !engineRuns("/proc") {
			if err := removeBridge(ctx); err != nil {
				return err
			}
		}
	}
	var problems []error
	for _, used := range []string{own.sockets(), dir} {
		if err := unmountBelow(used); err != nil {
			problems = append(problems, err)
			continue
		}
		problems = append(problems, os.RemoveAll(used))
	}
	return errors.Join(problems...)
}

// unmountBelow ends the mounts that an engine leaves behind: its data directory, where it had to be made one, and the
// network namespace of its host.
func unmountBelow(dir string) error {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	var problems []error
	for line := range strings.Lines(string(mounts)) {
		// The fifth field is where it is mounted: proc_pid_mountinfo(5).
		if fields := strings.Fields(line); len(fields) > 4 && strings.HasPrefix(fields[4], dir+"/") {
			if err := syscall.Unmount(fields[4], syscall.MNT_DETACH); err != nil && !errors.Is(err, syscall.EINVAL) {
				problems = append(problems, fmt.Errorf("unmount %s: %w", fields[4], err)) // EINVAL: went with the one above it
			}
		}
	}
	return errors.Join(problems...)
}

// engineRuns reports whether a Docker engine is among the processes.
func engineRuns(proc string) bool {
	commands, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "cmdline")) // the pattern is good
	return slices.ContainsFunc(commands, func(file string) bool {
		text, _ := os.ReadFile(file) // a process may have ended since; one that nobody buried has no arguments any more
		program, _, _ := strings.Cut(string(text), "\x00")
		return filepath.Base(program) == "dockerd"
	})
}

// removeBridge takes away what an engine leaves in the machine's network when it ends: its bridge, and its rules.
func removeBridge(ctx context.Context) error {
	if _, err := command.Run(ctx, "ip", "link", "delete", "docker0"); err != nil {
		return err
	}
	rules, err := command.Run(ctx, "iptables-save")
	if err != nil {
		return err
	}
	restore := exec.CommandContext(ctx, "iptables-restore")
	restore.Stdin = strings.NewReader(withoutDocker(rules))
	if out, err := restore.CombinedOutput(); err != nil {
		return fmt.Errorf("iptables-restore: %w: %s", err, out)
	}
	return nil
}

// withoutDocker leaves out the chains and rules of an engine from what iptables-save printed.
func withoutDocker(rules string) string {
	var kept strings.Builder
	for line := range strings.Lines(rules) {
		if !strings.Contains(line, "DOCKER") && !strings.Contains(line, "docker0") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// answers is nil if an engine answers at host.
func answers(ctx context.Context, host string) error {
	_, err := dockerAt(ctx, host, "version", "--format", "{{.Server.Version}}")
	return err
}

func dockerAt(ctx context.Context, host string, args ...string) (string, error) {
	if host != "" {
		args = append([]string{"--host", host}, args...)
	}
	out, err := command.Run(ctx, "docker", args...)
	return strings.TrimSpace(out), err
}
