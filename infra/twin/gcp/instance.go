package gcp

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

func (g *gcp) instance() cloud.Resource {
	return cloud.Kind[InstanceArgs, Instance]{
		Token:    "gcp:compute/instance:Instance",
		Required: []string{"bootDisk", "machineType", "networkInterfaces"},
		Autoname: "name",
		Replace:  []string{"bootDisk", "description", "name", "project", "zone"},
		Alike:    g.alikeInstance,
		Secret:   secretLabels,
		Stable:   []string{"cpuPlatform", "instanceId", "selfLink"},
		Normalize: func(_ string, in InstanceArgs) InstanceArgs {
			in.Project = g.projectOr(in.Project)
			if in.Zone == "" {
				in.Zone = g.zone
			}
			if in.BootDisk != nil && in.BootDisk.AutoDelete == nil {
				yes := true
				in.BootDisk.AutoDelete = &yes
			}
			for i := range in.AttachedDisks {
				in.AttachedDisks[i].Mode = cmp.Or(in.AttachedDisks[i].Mode, "READ_WRITE")
			}
			return in
		},
		Check:  checkInstance,
		Create: g.createInstance,
		Read:   g.readInstance,
		Update: g.updateInstance,
		Delete: func(ctx context.Context, id string, old Instance) error {
			return doing("deleting instance", g.deleteInstance(ctx, id, old))
		},
	}
}

func (g *gcp) createInstance(ctx context.Context, _ string, in InstanceArgs) (string, Instance, error) {
	id := "projects/" + in.Project + "/zones/" + in.Zone + "/instances/" + in.Name
	out := in.outputs(Instance{
		CpuPlatform: "Intel Broadwell", CurrentStatus: running, InstanceId: state.NumericID(id + now()), SelfLink: selfLink(id),
	})
	if in.DesiredStatus == terminated {
		return "", Instance{}, fmt.Errorf("When creating an instance, desired_status can only accept RUNNING value")
	}
	var machine state.Machine
	var spec cloud.Spec
	err := g.add(in.Project, func() (err error) {
		if err = g.instanceFree(ctx, id, in.Name); err != nil {
			return err
		}
		if machine, err = g.place(id, out); err != nil {
			return err
		}
		if spec, err = g.spec(out, machine); err != nil {
			return err
		}
		// From here on the addresses and disks are this VM's, and the metadata server knows it when it boots.
		err = errors.Join(state.Put(g.env.Store, id, out), state.Put(g.env.Store, id, machine))
		if err == nil {
			g.making[id] = true
		}
		return err
	})
	if err != nil {
		return "", Instance{}, doing("creating instance", err)
	}
	defer g.made(id)
	if err = g.env.Machines.Create(ctx, spec); err == nil {
		// Rules may have changed while the VM was made.
		err = g.applyFirewall(ctx, out)
	}
	if err != nil {
		return "", Instance{}, doing("creating instance", errors.Join(err, g.forget(id)))
	}
	return id, out, nil
}

// instanceFree is an error if there is such a VM. What is only on record, because whoever made it was killed before the
// machine was there, is none.
func (g *gcp) instanceFree(ctx context.Context, id, name string) error {
	status, err := g.env.Machines.Status(ctx, name)
	if err != nil {
		return err
	}
	if !status.Exists && !g.making[id] {
		if err := g.forget(id); err != nil && !errors.Is(err, state.ErrNotFound) {
			return err
		}
	}
	return free[Instance](g, id)
}

func (g *gcp) made(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.making, id)
}

// readInstance asks the machine itself: what was stopped or removed behind the cloud's back shows as drift.
func (g *gcp) readInstance(ctx context.Context, id string) (Instance, error) {
	out, err := find[Instance](g, id)
	if err != nil {
		return Instance{}, err
	}
	status, err := g.env.Machines.Status(ctx, out.Name)
	if err != nil {
		return Instance{}, err
	}
	if !status.Exists {
		return Instance{}, errors.Join(notFound(id), g.forget(id))
	}
	out.CurrentStatus = running
	if !status.Running {
		out.CurrentStatus = terminated
	}
	// The provider reports the actual status as the desired one, so that a program that wants another sees a difference.
	if out.DesiredStatus != "" {
		out.DesiredStatus = out.CurrentStatus
	}
	return out, g.changeMachine(id, func(m *state.Machine) { m.Running = status.Running })
}

func (g *gcp) deleteInstance(ctx context.Context, id string, old Instance) error {
	current, err := state.Get[Instance](g.env.Store, id)
	if err != nil {
		return err
	}
	if current.DeletionProtection {
		return fmt.Errorf("Cannot delete instance %s: instance Deletion Protection is enabled. Set deletion_protection to false "+
			"for this resource and run \"terraform apply\" before attempting to delete it.", old.Name)
	}
	if err := g.env.Machines.Delete(ctx, old.Name); err != nil {
		return err
	}
	return g.forget(id)
}

// forget removes what the cloud knows of a VM, and with it its hold on addresses and disks.
func (g *gcp) forget(id string) error {
	err := state.Delete[state.Machine](g.env.Store, id)
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		return err
	}
	return state.Delete[Instance](g.env.Store, id)
}

// changeMachine changes what the metadata server and the other services know of a VM.
func (g *gcp) changeMachine(id string, change func(*state.Machine)) error {
	return state.Update(g.env.Store, id, func(m state.Machine, err error) (state.Machine, error) {
		if err == nil {
			change(&m)
		}
		return m, err
	})
}
