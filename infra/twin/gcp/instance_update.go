package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"reflect"

	"crosscloud/infra/twin/state"
)

// errNeedsStop has the provider's words.
var errNeedsStop = errors.New("Changing the machine_type, min_cpu_platform, service_account, enable_display, " +
	"shielded_instance_config, scheduling.node_affinities or network_interface.[#d].(network/subnetwork/subnetwork_project) or " +
	"advanced_machine_features on a started instance requires stopping it. To acknowledge this, " +
	`please set allow_stopping_for_update = true in your config. You can also stop it by setting desired_status = "TERMINATED", ` +
	"but the instance will not be restarted after the update.")

// updateInstance changes a VM in place. Most of it the VM notices while it runs; for its type, its identity, its shield
// and its network it has to be stopped, which the program must have allowed.
func (g *gcp) updateInstance(ctx context.Context, id string, _ Instance, in InstanceArgs) (Instance, error) {
	out, err := g.changeInstance(ctx, id, in)
	return out, doing("updating instance", err)
}

func (g *gcp) changeInstance(ctx context.Context, id string, in InstanceArgs) (Instance, error) {
	// What is in force, not what the stack last saw: between the two somebody may have stopped the VM.
	old, err := find[Instance](g, id)
	if err != nil {
		return Instance{}, err
	}
	status, err := g.env.Machines.Status(ctx, old.Name)
	if err != nil {
		return Instance{}, err
	}
	if !status.Exists {
		return Instance{}, notFound(id)
	}
	in = g.alikeInstance(old.InstanceArgs, in)
	stop := needsStop(old.InstanceArgs, in)
	if stop && status.Running && in.DesiredStatus != terminated && !in.AllowStoppingForUpdate {
		if _, err := g.changeInstance(ctx, id, whileRunning(old.InstanceArgs, in)); err != nil {
			return Instance{}, err
		}
		return Instance{}, errNeedsStop
	}
	out := in.outputs(old)
	if !reflect.DeepEqual(old.AttachedDisks, in.AttachedDisks) {
		if err := g.attach(ctx, id, out); err != nil {
			return Instance{}, err
		}
	}
	before, after, err := g.moveInstance(id, old, out)
	if err != nil {
		return Instance{}, err
	}
	if stop && status.Running {
		if err := g.env.Machines.Stop(ctx, old.Name); err != nil {
			return Instance{}, err
		}
	}
	var address netip.Addr
	if after.Address != "" {
		if address, err = netip.ParseAddr(after.Address); err != nil {
			return Instance{}, err
		}
	}
	// What an earlier try recorded need not be what the machine has.
	if before.Address != after.Address || address.IsValid() && address != status.Address {
		if err := g.env.Machines.SetAddress(ctx, old.Name, address); err != nil {
			return Instance{}, err
		}
	}
	if err := g.applyFirewall(ctx, out); err != nil {
		return Instance{}, err
	}
	return g.power(ctx, id, out, status.Running, status.Running && !stop)
}

// attach gives a VM other data disks. On the cloud that is done while it runs, too; the engine says that it can't.
func (g *gcp) attach(ctx context.Context, id string, out Instance) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.placeDisks(id, out.InstanceArgs); err != nil {
		return err
	}
	return g.env.Machines.SetDisks(ctx, out.Name, out.attachments())
}

// needsStop says whether a change can't be made to a VM that runs.
func needsStop(old, in InstanceArgs) bool {
	return old.MachineType != in.MachineType ||
		!reflect.DeepEqual(old.ServiceAccount, in.ServiceAccount) ||
		!reflect.DeepEqual(old.ShieldedInstanceConfig, in.ShieldedInstanceConfig) ||
		old.card().Network != in.card().Network || old.card().Subnetwork != in.card().Subnetwork
}

// whileRunning has those of the changes that the provider has made by the time that it comes to one for which it would
// have to stop the VM.
func whileRunning(old, in InstanceArgs) InstanceArgs {
	old.Metadata, old.Tags, old.Labels, old.DeletionProtection = in.Metadata, in.Tags, in.Labels, in.DeletionProtection
	old.DesiredStatus = in.DesiredStatus // it runs, and is not to be stopped here
	if old.card().Network == in.card().Network && old.card().Subnetwork == in.card().Subnetwork {
		old.NetworkInterfaces = in.NetworkInterfaces
	}
	return old
}

// moveInstance records the change, as far as everything it needs is there and free.
func (g *gcp) moveInstance(id string, old, out Instance) (before, after state.Machine, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if before, err = state.Get[state.Machine](g.env.Store, id); err != nil {
		return before, after, err
	}
	after = before
	after.Type = out.machineType()
	after.Metadata, after.Tags, after.NetworkTags = out.Metadata, out.Labels, out.Tags
	if !reflect.DeepEqual(old.NetworkInterfaces, out.NetworkInterfaces) {
		if err := g.placeCard(id, out.InstanceArgs, &after); err != nil {
			return before, after, err
		}
	}
	if !reflect.DeepEqual(old.ServiceAccount, out.ServiceAccount) {
		if err := g.placeIdentity(out.InstanceArgs, &after); err != nil {
			return before, after, err
		}
	}
	return before, after, errors.Join(state.Put(g.env.Store, id, out), state.Put(g.env.Store, id, after))
}

// power starts or stops the machine at the end of an update: as desired or, where nothing is, as it was before.
func (g *gcp) power(ctx context.Context, id string, out Instance, ran, runs bool) (Instance, error) {
	want := ran
	if out.DesiredStatus != "" {
		want = out.DesiredStatus == running
	}
	var err error
	switch {
	case want && !runs:
		err = g.env.Machines.Start(ctx, out.Name)
	case !want && runs:
		err = g.env.Machines.Stop(ctx, out.Name)
	}
	if err != nil {
		return Instance{}, fmt.Errorf("bring %s to status %s: %w", out.Name, out.DesiredStatus, err)
	}
	out.CurrentStatus = terminated
	if want {
		out.CurrentStatus = running
	}
	return out, errors.Join(
		state.Put(g.env.Store, id, out),
		g.changeMachine(id, func(m *state.Machine) { m.Running = want }),
	)
}
