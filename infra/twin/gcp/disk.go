package gcp

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// DiskArgs are the arguments of gcp:compute/disk:Disk.
type DiskArgs struct {
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Name        string            `json:"name"`
	Project     string            `json:"project,omitempty"`
	Size        int               `json:"size,omitempty"` // GB
	Type        string            `json:"type,omitempty"`
	Zone        string            `json:"zone"`
}

// Disk is a persistent disk, blank at first. It outlives the machines that it is attached to.
type Disk struct {
	DiskArgs
	labelOutputs
	CreationTimestamp      string   `json:"creationTimestamp"`
	DiskId                 string   `json:"diskId"`
	PhysicalBlockSizeBytes int      `json:"physicalBlockSizeBytes"`
	SelfLink               string   `json:"selfLink"`
	Users                  []string `json:"users"`
}

func (g *gcp) disk() cloud.Resource {
	return cloud.Kind[DiskArgs, Disk]{
		Token:    "gcp:compute/disk:Disk",
		Autoname: "name",
		Replace:  []string{"description", "name", "project", "type", "zone"},
		Alike:    alikeDisk,
		ReplaceIf: func(old Disk, in DiskArgs) []string {
			// A disk grows in place. The API can't shrink one, so the provider makes a new one: the data is gone.
			if in.Size != 0 && in.Size < old.Size {
				return []string{"size"}
			}
			return nil
		},
		Secret: secretLabels,
		Stable: []string{"creationTimestamp", "diskId", "physicalBlockSizeBytes", "selfLink", "users"},
		Normalize: func(_ string, in DiskArgs) DiskArgs {
			in.Project = g.projectOr(in.Project)
			if in.Zone == "" {
				in.Zone = g.zone
			}
			if in.Type == "" {
				in.Type = "pd-standard"
			}
			if in.Size == 0 {
				in.Size = 500 // what a blank disk gets that is not told its size
			}
			return in
		},
		Check: func(in DiskArgs) []cloud.Failure {
			var c checks
			c.apiName("name", "resource.name", in.Name)
			c.zone("zone", in.Zone)
			c.disk("type", in.Type, "size", in.Size)
			c.labels("labels", in.Labels)
			return c.failures
		},
		Create: g.createDisk,
		Read:   g.readDisk,
		Update: g.updateDisk,
		Delete: func(ctx context.Context, id string, old Disk) error {
			return doing("deleting Disk", g.deleteDisk(ctx, id, old))
		},
	}
}

// disk checks the type and the size of a disk.
func (c *checks) disk(typeProperty, diskType, sizeProperty string, size int) {
	least, known := diskTypes[path.Base(diskType)]
	if diskType != "" && !known {
		c.add(typeProperty, "the twin's disk types are pd-standard, pd-balanced and pd-ssd, not %s", diskType)
		return
	}
	if size != 0 && (size < least || size > maxDiskGB) {
		c.refuse(sizeProperty, invalidField("resource.sizeGb", strconv.Itoa(size), "A %s disk has %d GB to %d GB.",
			path.Base(diskType), least, maxDiskGB))
	}
}

func (g *gcp) createDisk(ctx context.Context, _ string, in DiskArgs) (string, Disk, error) {
	id := "projects/" + in.Project + "/zones/" + in.Zone + "/disks/" + in.Name
	out := Disk{
		DiskArgs: in, labelOutputs: labelled(in.Labels), CreationTimestamp: now(), DiskId: state.NumericID(id + now()),
		PhysicalBlockSizeBytes: 4096, SelfLink: selfLink(id),
	}
	err := g.add(in.Project, func() error { return create(g, id, out) })
	if err == nil {
		if err = g.env.Machines.CreateDisk(ctx, in.Name, in.Size); err != nil {
			err = errors.Join(err, state.Delete[Disk](g.env.Store, id))
		}
	}
	return id, out, doing("creating Disk", err)
}

func (g *gcp) readDisk(ctx context.Context, id string) (Disk, error) {
	out, err := find[Disk](g, id)
	if err != nil {
		return Disk{}, err
	}
	there, err := g.env.Machines.DiskExists(ctx, out.Name)
	if err != nil {
		return Disk{}, err
	}
	if !there {
		// Somebody removed it behind the cloud's back.
		return Disk{}, errors.Join(notFound(id), state.Delete[Disk](g.env.Store, id))
	}
	user, err := g.diskUser(id)
	if user != "" {
		out.Users = []string{selfLink(user)}
	}
	return out, err
}

func (g *gcp) updateDisk(ctx context.Context, id string, old Disk, in DiskArgs) (Disk, error) {
	if in.Size < old.Size {
		return Disk{}, doing("updating Disk", invalid(
			"Requested disk size cannot be smaller than current size %d, got %d.", old.Size, in.Size))
	}
	if in.Size > old.Size {
		if err := g.env.Machines.ResizeDisk(ctx, in.Name, in.Size); err != nil {
			return Disk{}, doing("updating Disk", err)
		}
	}
	old.DiskArgs, old.labelOutputs = in, labelled(in.Labels)
	return old, doing("updating Disk", rewrite(g, id, old))
}

// deleteDisk refuses what the provider does: it takes a disk out of the VMs that have it, running or not, and deletes it
// with its data (https://github.com/hashicorp/terraform/pull/14651). The engine can't take it away from a container.
func (g *gcp) deleteDisk(ctx context.Context, id string, old Disk) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	user, err := g.diskUser(id)
	if err != nil {
		return err
	}
	if user != "" {
		return fmt.Errorf("%s has the disk %s: a real provider would take it out of the VM and delete it with its data, "+
			"and the twin can't: delete the VM first", user, old.Name)
	}
	if err := g.env.Machines.DeleteDisk(ctx, old.Name); err != nil {
		return fmt.Errorf("disk %s: %w", old.Name, err)
	}
	return state.Delete[Disk](g.env.Store, id)
}

// diskUser returns the id of the instance that a disk is attached to, or "".
func (g *gcp) diskUser(id string) (string, error) {
	instances, err := state.List[Instance](g.env.Store)
	if err != nil {
		return "", err
	}
	for user, instance := range instances {
		for _, a := range instance.AttachedDisks {
			if g.zonal(instance.Zone, "disks", a.Source) == id {
				return user, nil
			}
		}
	}
	return "", nil
}
