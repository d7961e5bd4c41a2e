package gcp

import (
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
