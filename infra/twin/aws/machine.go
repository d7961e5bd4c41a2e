package aws

import (
	"context"
	"errors"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// launch boots the machine of a new instance. What the metadata service tells it has to stand before it asks. The caller
// holds the lock, as for all of this file.
func (a *account) launch(ctx context.Context, id string, v instance) (err error) {
	card, err := get[networkInterface](a, v.PrimaryNetworkInterface)
	if err != nil {
		return err
	}
	home, err := get[subnet](a, card.Subnet)
	if err != nil {
		return err
	}
	around, err := get[vpc](a, home.VPC)
	if err != nil {
		return err
	}
	n, err := a.declared(v.PrimaryNetworkInterface)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.forget(id))
		}
	}()
	if err := errors.Join(put(a, id, v), put(a, id, n), put(a, id, state.Machine{
		ID: id, Cloud: state.AWS, Name: v.Tags["Name"], Container: a.env.Container(id),
		Address: n.Address, PrivateAddress: card.PrivateIP, Hostname: card.PrivateDNSName,
		Region: a.env.Region, Zone: v.AvailabilityZone, Type: v.InstanceType, Image: v.AMI,
		UserData: v.UserData, Identity: v.IAMInstanceProfile, Tags: v.Tags,
		NetworkInterface: v.PrimaryNetworkInterface, MAC: card.MACAddress, SecurityGroups: card.SecurityGroups,
		VPC: home.VPC, VPCCIDR: around.CIDRBlock, Subnet: card.Subnet, SubnetCIDR: home.CIDRBlock,
		Created: a.now().UTC(), Running: true,
	})); err != nil {
		return err
	}
	return a.env.Machines.Create(ctx, cloud.Spec{
		Name: id, Cloud: state.AWS, Hostname: privateName(card.PrivateIP), Address: parseAddress(n.Address),
		Firewall: n.Ruleset, Hosts: a.env.Hosts,
	})
}

// terminate ends the machine with its root volume. The interface stays, and is free.
func (a *account) terminate(ctx context.Context, id string) error {
	if err := a.env.Machines.Delete(ctx, id); err != nil {
		return err
	}
	return a.forget(id)
}

// forget drops all that is recorded of a machine. Its power state is a resource of its own, but one of a machine that is
// gone is nothing that Pulumi would ask to delete: a refresh finds it gone, too.
func (a *account) forget(id string) error {
	return errors.Join(drop[state.Machine](a, id), drop[network](a, id), drop[instance](a, id), drop[instanceState](a, id))
}

// power brings a machine up or down, if it is not so already.
func (a *account) power(ctx context.Context, id string, up bool) error {
	status, err := a.env.Machines.Status(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case !status.Exists:
		return refuse("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
	case up && !status.Running:
		err = a.env.Machines.Start(ctx, id)
	case !up && status.Running:
		err = a.env.Machines.Stop(ctx, id)
	}
	if err != nil {
		return err
	}
	return a.amend(id, func(m *state.Machine) { m.Running = up })
}

// amend changes what the metadata service knows about a machine.
func (a *account) amend(id string, change func(*state.Machine)) error {
	return state.Update(a.env.Store, id, func(m state.Machine, err error) (state.Machine, error) {
		change(&m)
		return m, err
	})
}

// updateInstance changes what EC2 can change. A new type or new user-data needs the machine stopped; the AWS provider
// does that by itself, for one after the other, and starts it afterwards even if it was stopped before. It does not when
// EC2 refuses the change: then the machine stays stopped.
func (a *account) updateInstance(ctx context.Context, id string, _ instance, in instanceArgs) (instance, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	old, err := get[instance](a, id)
	if err != nil {
		return old, err
	}
	in.AvailabilityZone = old.AvailabilityZone
	if err := a.changeable(old.instanceArgs, in); err != nil {
		return old, err
	}
	err = a.amend(id, func(m *state.Machine) { m.Name, m.Identity, m.Tags = in.Tags["Name"], in.IAMInstanceProfile, in.Tags })
	if err != nil {
		return old, err
	}
	if old.InstanceType != in.InstanceType {
		err := a.whileStopped(ctx, id, func() error {
			if err := checkType(in.InstanceType, in.AvailabilityZone, "InvalidInstanceAttributeValue"); err != nil {
				return err
			}
			return a.amend(id, func(m *state.Machine) { m.Type = in.InstanceType })
		})
		if err != nil {
			return old, err
		}
	}
	if old.UserData != in.UserData {
		err := a.whileStopped(ctx, id, func() error {
			return a.amend(id, func(m *state.Machine) { m.UserData = in.UserData })
		})
		if err != nil {
			return old, err
		}
	}
	// Last, so that an update which could not start the machine again is seen as one when it is tried again.
	out := old
	out.instanceArgs = in
	if err := put(a, id, out); err != nil {
		return out, err
	}
	status, err := a.env.Machines.Status(ctx, id)
	if err != nil {
		return out, err
	}
	return a.seen(id, out, status.Running)
}

func (a *account) whileStopped(ctx context.Context, id string, change func() error) error {
	if err := a.power(ctx, id, false); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	return a.power(ctx, id, true)
}

func (a *account) changeable(old, in instanceArgs) error {
	if err := checkLargest(in); err != nil {
		return err
	}
	before, after := old.rootGB(), in.rootGB()
	if after < before {
		return refuse("InvalidParameterValue", "New size cannot be smaller than existing size: %d GB, existing %d GB", after, before)
	}
	return a.checkProfile(in.IAMInstanceProfile)
}

func (in instanceArgs) rootGB() int {
	if in.RootBlockDevice == nil {
		return rootGB
	}
	return or(in.RootBlockDevice.VolumeSize, rootGB)
}
