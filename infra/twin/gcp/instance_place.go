package gcp

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"time"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/state"
)

// place finds everything that a VM needs, or says what is missing or taken. The caller holds the lock.
func (g *gcp) place(id string, instance Instance) (state.Machine, error) {
	region, err := regionOf(instance.Zone)
	if err != nil {
		return state.Machine{}, err
	}
	image, err := resolveImage(instance.image())
	if err != nil {
		return state.Machine{}, err
	}
	m := state.Machine{
		ID: instance.InstanceId, Cloud: state.GCP, Name: instance.Name, Hostname: instance.hostname(),
		Container: g.env.Container(instance.Name),
		Region:    region, Zone: instance.Zone, Type: instance.machineType(), Image: image.id(),
		Metadata: instance.Metadata, Tags: instance.Labels, NetworkTags: instance.Tags, NetworkInterface: "nic0",
		Created: time.Now(), Running: true,
	}
	if err := g.placeDisks(id, instance.InstanceArgs); err != nil {
		return m, err
	}
	if err := g.placeCard(id, instance.InstanceArgs, &m); err != nil {
		return m, err
	}
	return m, g.placeIdentity(instance.InstanceArgs, &m)
}

func (g *gcp) placeDisks(id string, in InstanceArgs) error {
	for i, a := range in.AttachedDisks {
		disk := g.zonal(in.Zone, "disks", a.Source)
		if part(disk, "zones") != in.Zone {
			return invalidField(fmt.Sprintf("resource.disks[%d].source", i+1), selfLink(disk),
				"Disk must be in the same zone as the instance.")
		}
		if _, err := find[Disk](g, disk); err != nil {
			return err
		}
		user, err := g.diskUser(disk)
		if err != nil {
			return err
		}
		if user != "" && user != id {
			return inUse("disk", disk, user)
		}
	}
	return nil
}

func (g *gcp) placeIdentity(in InstanceArgs, m *state.Machine) error {
	m.Identity, m.Scopes = "", nil
	if in.ServiceAccount == nil {
		return nil
	}
	if in.email() == "" || in.email() == "default" {
		return invalid("the twin's projects have no default service account: name one")
	}
	account := "projects/" + in.Project + "/serviceAccounts/" + in.email()
	if _, err := state.Get[Account](g.env.Store, account); errors.Is(err, state.ErrNotFound) {
		return invalidField("resource.serviceAccounts[0].email", in.email(),
			"The resource '%s' of type 'serviceAccount' was not found.", account)
	} else if err != nil {
		return err
	}
	m.Identity = in.email()
	for _, name := range in.ServiceAccount.Scopes {
		if full, known := scope(name); known {
			m.Scopes = append(m.Scopes, full)
		}
	}
	return nil
}

// spec is the machine that plays the VM.
func (g *gcp) spec(instance Instance, m state.Machine) (cloud.Spec, error) {
	ruleset, err := g.ruleset(instance)
	if err != nil {
		return cloud.Spec{}, err
	}
	// Debian's images on Google's cloud set the short name, whatever the metadata server says.
	spec := cloud.Spec{Name: instance.Name, Cloud: state.GCP, Hostname: instance.Name, Firewall: ruleset, Hosts: g.env.Hosts}
	if m.Address != "" {
		if spec.Address, err = netip.ParseAddr(m.Address); err != nil {
			return cloud.Spec{}, err
		}
	}
	spec.Disks = instance.attachments()
	return spec, nil
}

// attachments are the data disks as the machine has them.
func (a InstanceArgs) attachments() []cloud.Attachment {
	var all []cloud.Attachment
	for i, disk := range a.AttachedDisks {
		device := disk.DeviceName
		if device == "" {
			device = fmt.Sprintf("persistent-disk-%d", i+1) // what Google calls it; 0 is the boot disk
		}
		all = append(all, cloud.Attachment{Disk: path.Base(disk.Source), Device: device})
	}
	return all
}
