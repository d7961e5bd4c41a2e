package machine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"crosscloud/infra/twin/images"
	"crosscloud/infra/twin/state"
)

// bootTimeout is how long the wrapper may take until systemd is process 1; it takes about two seconds.
const bootTimeout = 30 * time.Second

// Create makes a machine and starts it. It returns when systemd runs, which is long before the boot is over.
func (e *Engine) Create(ctx context.Context, spec Spec) (err error) {
	for _, a := range spec.Disks {
		if err := e.free(ctx, a.Disk); err != nil {
			return err
		}
	}
	// What has the name already must not be taken for the remains of this attempt and removed.
	if status, err := e.Status(ctx, spec.Name); err != nil {
		return err
	} else if status.Exists {
		return fmt.Errorf("create machine %s: a container of its name, %s, exists", spec.Name, e.object(spec.Name))
	}
	if err := e.writeBootFiles(spec); err != nil {
		return err
	}
	args, err := e.runArgs(ctx, spec)
	if err != nil {
		return err
	}
	if _, err := docker(ctx, nil, args...); err != nil {
		return errors.Join(fmt.Errorf("create machine %s: %w", spec.Name, err), e.Delete(context.WithoutCancel(ctx), spec.Name))
	}
	if err := e.awaitInit(ctx, spec.Name); err != nil {
		return errors.Join(err, e.Delete(context.WithoutCancel(ctx), spec.Name))
	}
	return nil
}

// runArgs is the command that starts a machine's container. The capabilities are those that systemd, the firewall and
// the containers of the VM need, without which --privileged would have to stand here: that fails where the machine
// itself lacks one.
func (e *Engine) runArgs(ctx context.Context, spec Spec) ([]string, error) {
	args := []string{"run", "--detach", "--name", e.object(spec.Name), "--hostname", spec.Hostname,
		"--label", e.label(), "--label", "crosscloud.machine=" + spec.Name,
		"--network", e.network(),
		"--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE", "--cap-add", "SYS_BOOT",
		"--security-opt", "seccomp=unconfined", "--cgroupns", "private",
		"--device-cgroup-rule", "b 7:* rmw", "--device-cgroup-rule", "c 10:237 rmw", "--device", "/dev/loop-control",
		"--tmpfs", "/run:exec,mode=755", "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec,mode=1777",
		// systemd ends orderly at this signal, and a reboot from inside exits with 129.
		"--stop-signal", "RTMIN+3", "--stop-timeout", "90", "--restart", "on-failure",
		"--env", "container=docker",
		"--env", "TWIN_CLOUD=" + spec.Cloud,
		"--env", "TWIN_SERVICES=" + e.ServicesAddress().String(),
		"--volume", e.machineDir(spec.Name) + ":/twin/boot:ro",
		// Layered file systems do not stack, so the VM's own containers live on a volume.
		"--mount", fmt.Sprintf("type=volume,source=%s,target=/var/lib/containers,volume-label=%s", e.object(spec.Name+"-containers"), e.label()),
	}
	confined, err := docker(ctx, nil, "info", "--format", "{{.SecurityOptions}}")
	if err != nil {
		return nil, err
	}
	if strings.Contains(string(confined), "name=apparmor") {
		args = append(args, "--security-opt", "apparmor=unconfined")
	}
	if spec.Address.IsValid() {
		args = append(args, "--ip", spec.Address.String())
	}
	for _, host := range spec.Hosts {
		args = append(args, "--add-host", host+":"+e.ServicesAddress().String())
	}
	if spec.Cloud == state.GCP {
		args = append(args, "--add-host", "metadata.google.internal:169.254.169.254", "--add-host", "metadata:169.254.169.254")
	}
	for _, a := range spec.Disks {
		args = append(args, "--volume", e.diskVolume(a.Disk)+":"+diskDir+a.Disk)
	}
	return append(args, images.Debian, "/twin/boot/entry.sh"), nil
}

// awaitInit waits until the boot wrapper has made room for systemd, and says what it printed if it does not.
func (e *Engine) awaitInit(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, bootTimeout)
	defer cancel()
	for {
		if out, err := e.Exec(ctx, name, nil, "cat", "/proc/1/comm"); err == nil && strings.TrimSpace(string(out)) == "systemd" {
			return nil
		}
		status, err := e.Status(ctx, name)
		if err == nil && !status.Running {
			err = errors.New("it stopped")
		}
		if err == nil {
			select {
			case <-time.After(100 * time.Millisecond):
				continue
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		log, _ := docker(context.WithoutCancel(ctx), nil, "logs", "--tail", "20", e.object(name))
		return fmt.Errorf("machine %s does not boot: %w: %s", name, err, log)
	}
}

// Start boots a stopped machine; a running one stays as it is.
func (e *Engine) Start(ctx context.Context, name string) error {
	if _, err := docker(ctx, nil, "start", e.object(name)); err != nil {
		return err
	}
	return e.awaitInit(ctx, name)
}

// Stop shuts a machine down in order. It keeps its disks, its address and its firewall.
func (e *Engine) Stop(ctx context.Context, name string) error {
	_, err := docker(ctx, nil, "stop", e.object(name))
	return err
}

// Delete removes a machine with its root disk; its data disks stay. Deleting what is absent is no error.
func (e *Engine) Delete(ctx context.Context, name string) error {
	// Ask it to stop first, so that a database on a data disk ends well.
	if err := e.Stop(ctx, name); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if _, err := docker(ctx, nil, "rm", "--force", "--volumes", e.object(name)); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if _, err := docker(ctx, nil, "volume", "rm", "--force", e.object(name+"-containers")); err != nil {
		return err
	}
	return os.RemoveAll(e.machineDir(name))
}

// Status says whether a machine exists and runs, and which address its card carries.
func (e *Engine) Status(ctx context.Context, name string) (Status, error) {
	out, err := docker(ctx, nil, "container", "inspect", e.object(name))
	if errors.Is(err, ErrNotFound) {
		return Status{}, nil
	} else if err != nil {
		return Status{}, err
	}
	var found []struct {
		State           struct{ Running bool }
		NetworkSettings struct {
			Networks map[string]struct {
				IPAddress  string
				IPAMConfig *struct{ IPv4Address string }
			}
		}
	}
	if err := json.Unmarshal(out, &found); err != nil || len(found) != 1 {
		return Status{}, fmt.Errorf("inspect machine %s: unexpected answer: %w", name, err)
	}
	s := Status{Exists: true, Running: found[0].State.Running}
	if n, ok := found[0].NetworkSettings.Networks[e.network()]; ok {
		text := n.IPAddress
		if text == "" && n.IPAMConfig != nil {
			text = n.IPAMConfig.IPv4Address // it is stopped, but will come back with this one
		}
		s.Address, _ = netip.ParseAddr(text)
	}
	return s, nil
}

// writeBootFiles lays out what the container sees under /twin/boot.
func (e *Engine) writeBootFiles(spec Spec) error {
	dir := e.machineDir(spec.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	ca, err := os.ReadFile(filepath.Join(e.dir, "ca", "ca.crt"))
	if err != nil {
		return fmt.Errorf("the twin's CA, which the services make: %w", err)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "entry.sh"), entryScript, 0o755),
		os.WriteFile(filepath.Join(dir, "ca.crt"), ca, 0o644),
		e.writeFirewall(spec.Name, spec.Firewall),
		e.writeDisks(spec.Name, spec.Disks),
	)
}
