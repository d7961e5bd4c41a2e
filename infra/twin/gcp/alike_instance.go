package gcp

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

func (g *gcp) alikeInstance(old, in InstanceArgs) InstanceArgs {
	in.Tags = alikeSet(old.Tags, in.Tags)
	in.NetworkInterfaces = slices.Clone(in.NetworkInterfaces)
	for i := range min(len(old.NetworkInterfaces), len(in.NetworkInterfaces)) {
		in.NetworkInterfaces[i] = g.alikeCard(old, old.NetworkInterfaces[i], in.NetworkInterfaces[i])
	}
	in.AttachedDisks = slices.Clone(in.AttachedDisks)
	for i := range min(len(old.AttachedDisks), len(in.AttachedDisks)) {
		was, d := old.AttachedDisks[i], &in.AttachedDisks[i]
		if g.zonal(old.Zone, "disks", was.Source) == g.zonal(old.Zone, "disks", d.Source) {
			d.Source, d.DeviceName = was.Source, cmp.Or(d.DeviceName, was.DeviceName)
		}
	}
	if was := old.ServiceAccount; was != nil && in.ServiceAccount != nil {
		account := *in.ServiceAccount
		if slices.Equal(fullScopes(was.Scopes), fullScopes(account.Scopes)) {
			account.Scopes = was.Scopes
		}
		in.ServiceAccount = &account
	}
	in.ShieldedInstanceConfig = alikeShield(old.ShieldedInstanceConfig, in.ShieldedInstanceConfig)
	if alikeImage(old.image(), in.image()) {
		disk, params := *in.BootDisk, *in.BootDisk.InitializeParams
		params.Image = old.image()
		disk.InitializeParams = &params
		in.BootDisk = &disk
	}
	return in
}

func (g *gcp) alikeCard(instance InstanceArgs, old, in NetworkCard) NetworkCard {
	region, err := regionOf(instance.Zone)
	if err == nil && g.regional(region, "subnetworks", old.Subnetwork) == g.regional(region, "subnetworks", in.Subnetwork) {
		in.Subnetwork = old.Subnetwork
		in.Network = cmp.Or(in.Network, old.Network)
	}
	in.Network = g.alikeNetwork(old.Network, in.Network)
	in.AccessConfigs = slices.Clone(in.AccessConfigs)
	for i := range min(len(old.AccessConfigs), len(in.AccessConfigs)) {
		was, config := old.AccessConfigs[i], &in.AccessConfigs[i]
		config.NatIp = cmp.Or(config.NatIp, was.NatIp)
		config.NetworkTier = cmp.Or(config.NetworkTier, was.NetworkTier)
	}
	return in
}

// alikeImage says whether a boot disk need not be made anew: the provider compares the names, so that a family is alike
// every image whose name has that of the family in it, also when there is a newer one.
func alikeImage(old, in string) bool {
	if old == "" || in == "" {
		return false
	}
	if was, err := resolveImage(old); err == nil {
		if is, err := resolveImage(in); err == nil && was == is {
			return true
		}
	}
	return strings.Contains(path.Base(old), path.Base(in))
}

// alikeShield keeps what is where the program says nothing any more, and in its parts where it says the default.
func alikeShield(old, in *Shielded) *Shielded {
	if in == nil {
		return old
	}
	if old == nil {
		return in
	}
	return &Shielded{
		EnableIntegrityMonitoring: alikeSwitch(old.EnableIntegrityMonitoring, in.EnableIntegrityMonitoring, true),
		EnableSecureBoot:          alikeSwitch(old.EnableSecureBoot, in.EnableSecureBoot, false),
		EnableVtpm:                alikeSwitch(old.EnableVtpm, in.EnableVtpm, true),
	}
}

func alikeSwitch(old, in *bool, usual bool) *bool {
	on := func(b *bool) bool { return b != nil && *b || b == nil && usual }
	if on(old) == on(in) {
		return old
	}
	return in
}

func fullScopes(names []string) []string {
	var all []string
	for _, name := range names {
		full, _ := scope(name)
		all = append(all, full)
	}
	slices.Sort(all)
	return all
}
