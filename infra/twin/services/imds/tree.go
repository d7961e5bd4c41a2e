package imds

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"crosscloud/infra/twin/state"
)

// directory is a level of the tree: strings, lazy values and further directories.
type directory map[string]any

// lazy is a value that is made only when it is asked for.
type lazy func() (string, error)

// list is what EC2 answers for a directory: a line for each entry, those of directories with a slash.
func (d directory) list() string {
	names := slices.Sorted(maps.Keys(d))
	for i, name := range names {
		if _, ok := d[name].(directory); ok {
			names[i] += "/"
		}
	}
	return strings.Join(names, "\n")
}

func (d directory) lookup(path string) (any, bool) {
	var value any = d
	for name := range strings.SplitSeq(path, "/") {
		if name == "" {
			continue // EC2 takes any number of slashes for one
		}
		level, ok := value.(directory)
		if !ok {
			return nil, false
		}
		if value, ok = level[name]; !ok {
			return nil, false
		}
	}
	return value, true
}

// tree is everything that one instance can read. What the twin does not model is absent, and so answered with 404.
func (s *Server) tree(m state.Machine) (directory, error) {
	iam, err := s.iam(m)
	if err != nil {
		return nil, err
	}
	public := ""
	if m.Address != "" {
		public = "ec2-" + strings.ReplaceAll(m.Address, ".", "-") + ".compute-1.amazonaws.com"
	}
	card := directory{
		"device-number":          "0",
		"interface-id":           m.NetworkInterface,
		"local-hostname":         m.Hostname,
		"local-ipv4s":            m.PrivateAddress,
		"mac":                    m.MAC,
		"owner-id":               s.account,
		"public-hostname":        public,
		"public-ipv4s":           m.Address,
		"security-group-ids":     strings.Join(m.SecurityGroups, "\n"),
		"subnet-id":              m.Subnet,
		"subnet-ipv4-cidr-block": m.SubnetCIDR,
		"vpc-id":                 m.VPC,
		"vpc-ipv4-cidr-block":    m.VPCCIDR,
		"vpc-ipv4-cidr-blocks":   m.VPCCIDR,
	}
	meta := directory{
		"ami-id":              m.Image,
		"ami-launch-index":    "0",
		"hostname":            m.Hostname,
		"instance-id":         m.ID,
		"instance-life-cycle": "on-demand",
		"instance-type":       m.Type,
		"local-hostname":      m.Hostname,
		"local-ipv4":          m.PrivateAddress,
		"mac":                 m.MAC,
		"network":             directory{"interfaces": directory{"macs": directory{m.MAC: prune(card)}}},
		"placement":           directory{"availability-zone": m.Zone, "region": m.Region},
		"public-hostname":     public,
		"public-ipv4":         m.Address,
		"services":            directory{"domain": "amazonaws.com", "partition": "aws"},
	}
	if iam != nil {
		meta["iam"] = iam
	}
	if m.MAC == "" {
		delete(meta, "network")
	}
	root := directory{
		"dynamic":   directory{"instance-identity": directory{"document": s.identity(m)}},
		"meta-data": prune(meta),
	}
	if m.UserData != "" {
		root["user-data"] = m.UserData
	}
	return root, nil
}

// prune takes out what has no value: EC2 has no entry for a public address that is not there.
func prune(d directory) directory {
	maps.DeleteFunc(d, func(_ string, value any) bool { return value == "" })
	return d
}

// iam is nil for an instance without a profile, or whose profile was deleted.
func (s *Server) iam(m state.Machine) (directory, error) {
	if m.Identity == "" {
		return nil, nil
	}
	profile, err := state.Get[state.InstanceProfile](s.store, m.Identity)
	if errors.Is(err, state.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	updated := s.now().UTC().Truncate(time.Hour).Format(time.RFC3339)
	iam := directory{
		"info": document(map[string]string{
			"Code": "Success", "LastUpdated": updated, "InstanceProfileArn": profile.ARN, "InstanceProfileId": profile.ID,
		}),
	}
	if role := s.verifier.RoleOf(profile); role != "" {
		iam["security-credentials"] = directory{role: lazy(func() (string, error) { return s.credentials(m, role) })}
	}
	return iam, nil
}

func (s *Server) identity(m state.Machine) string {
	return document(map[string]any{
		"accountId": s.account, "architecture": "x86_64", "availabilityZone": m.Zone, "billingProducts": nil,
		"devpayProductCodes": nil, "imageId": m.Image, "instanceId": m.ID, "instanceType": m.Type, "kernelId": nil,
		"marketplaceProductCodes": nil, "pendingTime": m.Created.UTC().Format(time.RFC3339), "privateIp": m.PrivateAddress,
		"ramdiskId": nil, "region": m.Region, "version": "2017-09-30",
	})
}

func document(v any) string {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("a map of strings does not encode: %v", err))
	}
	return string(text)
}
