package setup

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"crosscloud/infra/twin/command"
)

// engine is the twin's own Docker engine, with its files in a directory.
type engine struct{ dir string }

func (e engine) file(name string) string { return filepath.Join(e.dir, name) }
func (e engine) host() string            { return "unix://" + filepath.Join(e.sockets(), "docker.sock") }
func (e engine) execRoot() string        { return filepath.Join(e.sockets(), "exec") }

// maxSocketPath is what unix(7) allows, less the zero at the end.
const maxSocketPath = 107

// sockets is the directory of the engine's sockets: its own, unless that lies too deep for the longest that it makes.
func (e engine) sockets() string {
	if len(e.file("exec/containerd/containerd.sock.ttrpc")) <= maxSocketPath {
		return e.dir
	}
	return fmt.Sprintf("/run/crosscloud-%.4x", sha256.Sum256([]byte(e.dir)))
}

func (e engine) start(ctx context.Context) error {
	for _, dir := range []string{e.dir, e.sockets()} {
		if err := os.MkdirAll(dir, 0o711); err != nil {
			return err
		}
	}
	if _, err := net.InterfaceByName("docker0"); err != nil {
		// The engine will make it, and leave it; StopEngine needs to know.
		if err := os.WriteFile(e.file("bridge"), nil, 0o644); err != nil {
			return err
		}
	}
	log, err := os.Create(e.file("dockerd.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command("dockerd", "--data-root", e.file("data"), "--exec-root", e.execRoot(),
		"--pidfile", e.file("docker.pid"), "--host", e.host())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // it outlives this command, and an interrupt at the terminal
	return command.Step(os.Stderr, "start a Docker engine of the twin's own", func() error {
		if err := cmd.Start(); err != nil {
			return err
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		return e.await(ctx, ended)
	})
}

func (e engine) await(ctx context.Context, ended <-chan error) error {
	timeout := time.After(time.Minute)
	for {
		err := answers(ctx, e.host())
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			err = errors.New("it ended")
		case <-timeout:
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(200 * time.Millisecond):
			continue
		}
		return fmt.Errorf("the twin's Docker engine does not start: %w\n%s", err, e.complaints())
	}
}

// complaints are the lines of the engine's log that are not just informative.
func (e engine) complaints() string {
	text, err := os.ReadFile(e.file("dockerd.log"))
	if err != nil {
		return err.Error()
	}
	var kept strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, "level=info") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// process is the running engine, or nil. The number alone proves nothing: after a reboot it can be anybody's.
func (e engine) process() *os.Process {
	text, err := os.ReadFile(e.file("docker.pid"))
	if err != nil {
		return nil
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return nil
	}
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || !strings.Contains(string(command), e.file("docker.pid")) {
		return nil
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return nil
	}
	return process
}
