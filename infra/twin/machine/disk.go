package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"crosscloud/infra/twin/images"
)

// diskDir is where a container finds the volumes of its disks; each has one sparse file.
const diskDir = "/twin/disks/"

func (e *Engine) diskVolume(disk string) string { return e.object("disk-" + disk) }

// CreateDisk makes an empty disk.
func (e *Engine) CreateDisk(ctx context.Context, name string, sizeGB int) error {
	exists, err := e.DiskExists(ctx, name)
	if err != nil {
		return err
	}
	if exists {
		return fmt.Errorf("disk %s exists", name)
	}
	if _, err := docker(ctx, nil, "volume", "create", "--label", e.label(), e.diskVolume(name)); err != nil {
		return err
	}
	if err := e.truncate(ctx, name, sizeGB); err != nil {
		return errors.Join(err, e.DeleteDisk(context.WithoutCancel(ctx), name))
	}
	return nil
}

// ResizeDisk makes a disk larger, also while a machine uses it: the machine sees the new size at once, and the file
// system on it is the machine's business.
func (e *Engine) ResizeDisk(ctx context.Context, name string, sizeGB int) error {
	if err := e.truncate(ctx, name, sizeGB); err != nil {
		return err
	}
	users, err := e.diskUsers(ctx, name)
	if err != nil {
		return err
	}
	for _, container := range users {
		if _, err := docker(ctx, nil, "exec", container, "/twin/boot/entry.sh", "resized", name); err != nil {
			return err
		}
	}
	return nil
}

// DeleteDisk removes a disk that no machine uses. Deleting what is absent is no error.
func (e *Engine) DeleteDisk(ctx context.Context, name string) error {
	if err := e.free(ctx, name); errors.Is(err, ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	_, err := docker(ctx, nil, "volume", "rm", "--force", e.diskVolume(name))
	return err
}

// DiskExists reports whether there is such a disk.
func (e *Engine) DiskExists(ctx context.Context, name string) (bool, error) {
	_, err := docker(ctx, nil, "volume", "inspect", e.diskVolume(name))
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// SetDisks says which disks a stopped machine finds at its next boot. A container gets no volume after it was created, so
// that only a disk that it was created with can come back to it.
func (e *Engine) SetDisks(ctx context.Context, name string, disks []Attachment) error {
	status, err := e.Status(ctx, name)
	switch {
	case err != nil:
		return err
	case !status.Exists:
		return fmt.Errorf("machine %s: %w", name, ErrNotFound)
	case status.Running:
		return fmt.Errorf("machine %s runs: the twin attaches and detaches disks of stopped machines only", name)
	}
	out, err := docker(ctx, nil, "container", "inspect", "--format", "{{range .Mounts}}{{.Name}} {{end}}", e.object(name))
	if err != nil {
		return err
	}
	for _, a := range disks {
		if !slices.Contains(lines(out), e.diskVolume(a.Disk)) {
			return fmt.Errorf("machine %s was created without disk %s: the twin can attach it only to a new machine", name, a.Disk)
		}
	}
	return e.writeDisks(name, disks)
}

// writeDisks stores the attachments where the boot wrapper looks for them, a line "DISK=DEVICE" for each.
func (e *Engine) writeDisks(name string, disks []Attachment) error {
	var text strings.Builder
	for _, a := range disks {
		fmt.Fprintf(&text, "%s=%s\n", a.Disk, a.Device)
	}
	return os.WriteFile(filepath.Join(e.machineDir(name), "disks"), []byte(text.String()), 0o644)
}

// truncate sets the size of a disk's file, in a container that lives as long: the file belongs to the engine, and this
// process may have no right to it.
func (e *Engine) truncate(ctx context.Context, name string, sizeGB int) error {
	_, err := docker(ctx, nil, "run", "--rm", "--network", "none", "--label", e.label(),
		"--volume", e.diskVolume(name)+":/disk", images.Debian, "truncate", "--size", strconv.Itoa(sizeGB)+"G", "/disk/image")
	return err
}

// free is an error if there is no such disk or a machine has it, running or not.
func (e *Engine) free(ctx context.Context, disk string) error {
	if exists, err := e.DiskExists(ctx, disk); err != nil {
		return err
	} else if !exists {
		return fmt.Errorf("disk %s: %w", disk, ErrNotFound)
	}
	out, err := docker(ctx, nil, "ps", "--all", "--quiet", "--filter", "volume="+e.diskVolume(disk))
	if err != nil {
		return err
	}
	if len(lines(out)) > 0 {
		return fmt.Errorf("disk %s is in use by another machine", disk)
	}
	return nil
}

// diskUsers are the running containers that have the disk.
func (e *Engine) diskUsers(ctx context.Context, disk string) ([]string, error) {
	out, err := docker(ctx, nil, "ps", "--quiet", "--filter", "volume="+e.diskVolume(disk), "--filter", "label=crosscloud.machine")
	return lines(out), err
}
