package machine

import (
	"context"
	"errors"
	"fmt"
	"strconv"

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
