package machine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"crosscloud/infra/twin/images"
)

// doors are the ports behind which the services lead to the web host, as a visitor would come to it.
// 8080 is for `make dev`, which may run beside the twin.
var doors = []int{8443, 8081}

// EnsureServices runs the container of the services, which is the twin's own program. Binary is its path; it runs on
// Debian 13, so it is linked statically or against a C library that is no newer. A container with another one is replaced.
func (e *Engine) EnsureServices(ctx context.Context, binary string) error {
	sum, err := fileSum(binary)
	if err != nil {
		return err
	}
	name := e.object("services")
	running, err := docker(ctx, nil, "container", "inspect", "--format", `{{.State.Running}} {{index .Config.Labels "crosscloud.binary"}}`, name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if strings.TrimSpace(string(running)) == "true "+sum {
		return e.awaitServices(ctx) // it may be starting, or failing to: over and over
	}
	if _, err := docker(ctx, nil, "rm", "--force", name); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	boot := filepath.Join(e.dir, "services")
	if err := installFile(binary, filepath.Join(boot, "twin")); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(boot, "entry.sh"), servicesScript, 0o755); err != nil {
		return err
	}
	args := []string{"run", "--detach", "--name", name, "--hostname", "services",
		"--label", e.label(), "--label", "crosscloud.binary=" + sum,
		"--network", e.network(), "--ip", e.ServicesAddress().String(), "--cap-add", "NET_ADMIN",
		"--sysctl", "net.ipv4.ip_unprivileged_port_start=0",
		"--restart", "unless-stopped", "--stop-timeout", "5",
		"--env", "TWIN_UID=" + strconv.Itoa(os.Getuid()), "--env", "TWIN_GID=" + strconv.Itoa(os.Getgid()),
		"--volume", boot + ":/twin/boot:ro"}
	// Of the instance's files the services get those that they work on, and not its passphrase or Pulumi's state.
	for _, part := range []string{"state", "ca"} {
		path := filepath.Join(e.dir, part)
		if err := os.MkdirAll(path, 0o700); err != nil {
			return err
		}
		args = append(args, "--volume", path+":/twin/data/"+part)
	}
	for _, port := range doors {
		// On loopback, for this machine's own users: published ports bypass the machine's firewall.
		args = append(args, "--publish", fmt.Sprintf("127.0.0.1:%s:%d", freePort(port), port))
	}
	if _, err := docker(ctx, nil, append(args, images.Debian, "/twin/boot/entry.sh")...); err != nil {
		return err
	}
	return e.awaitServices(ctx)
}

// awaitServices waits until the services listen.
func (e *Engine) awaitServices(ctx context.Context) error {
	name := e.object("services")
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		_, err := docker(ctx, nil, "exec", name, "/twin/boot/entry.sh", "ready")
		if err == nil || ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Now().After(deadline) {
			log, _ := docker(ctx, nil, "logs", "--tail", "20", name)
			return fmt.Errorf("the twin's services do not answer: %w: %s", err, log)
		}
	}
}

// DoorURL is where a browser on this machine finds the web host.
func (e *Engine) DoorURL(ctx context.Context) (string, error) {
	out, err := docker(ctx, nil, "port", e.object("services"), strconv.Itoa(doors[0]))
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(strings.TrimSpace(string(out)))
	if err != nil {
		return "", fmt.Errorf("the twin's door is not published: %w", err)
	}
	return "https://localhost:" + port + "/", nil
}

// freePort is the wanted port if nobody on this machine has it, or else none: the engine then chooses one.
func freePort(wanted int) string {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(wanted)))
	if err != nil {
		return ""
	}
	l.Close()
	return strconv.Itoa(wanted)
}

func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// installFile copies a program to where it can be replaced while it runs.
func installFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	return os.Rename(to+".new", to)
}
