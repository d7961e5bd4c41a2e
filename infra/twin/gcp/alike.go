package gcp

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
)

// The provider takes some arguments for unchanged though they are written in another way: names and links of the same
// resource, sets in another order, and what the cloud has filled in where the program says nothing any more. The functions
// here return the new arguments with the old spelling of all that.

func (g *gcp) alikeSubnetwork(old, in SubnetworkArgs) SubnetworkArgs {
	in.Network = g.alikeNetwork(old.Network, in.Network)
	return in
}

func (g *gcp) alikeFirewall(old, in FirewallArgs) FirewallArgs {
	in.Network = g.alikeNetwork(old.Network, in.Network)
	in.SourceRanges = alikeSet(old.SourceRanges, in.SourceRanges)
	in.TargetTags = alikeSet(old.TargetTags, in.TargetTags)
	if slices.Equal(slices.Sorted(maps.Keys(allowed(old.Allows))), slices.Sorted(maps.Keys(allowed(in.Allows)))) {
		in.Allows = old.Allows
	}
	return in
}

// allowed has a rule's protocols with their ports, in any order and in any case.
func allowed(all []FirewallAllow) map[string]bool {
	set := map[string]bool{}
	for _, a := range all {
		set[strings.ToLower(a.Protocol)+" "+strings.Join(slices.Sorted(slices.Values(a.Ports)), " ")] = true
	}
	return set
}

func alikeDisk(old, in DiskArgs) DiskArgs {
	if path.Base(old.Type) == path.Base(in.Type) {
		in.Type = old.Type
	}
	return in
}

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

func (g *gcp) alikeNetwork(old, in string) string {
	if old != "" && g.global("networks", old) == g.global("networks", in) {
		return old
	}
	return in
}

func alikeSet(old, in []string) []string {
	if slices.Equal(slices.Sorted(slices.Values(old)), slices.Sorted(slices.Values(in))) {
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
