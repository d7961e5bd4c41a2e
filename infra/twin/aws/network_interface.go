package aws

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"crosscloud/infra/twin/cloud"
)

type networkInterfaceArgs struct {
	Subnet         string            `json:"subnetId"`
	SecurityGroups []string          `json:"securityGroups"`
	Description    string            `json:"description,omitempty"`
	Tags           map[string]string `json:"tags,omitempty"`
}

type networkInterface struct {
	networkInterfaceArgs
	ARN            string   `json:"arn"`
	OwnerID        string   `json:"ownerId"`
	InterfaceType  string   `json:"interfaceType"`
	MACAddress     string   `json:"macAddress"`
	PrivateIP      string   `json:"privateIp"`
	PrivateIPs     []string `json:"privateIps"`
	PrivateDNSName string   `json:"privateDnsName"`
}

func (a *account) networkInterfaceKind() cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[networkInterfaceArgs, networkInterface]{
		Token:    "aws:ec2/networkInterface:NetworkInterface",
		Required: []string{"subnetId", "securityGroups"}, // the twin has no default group
		Replace:  []string{"subnetId"},
		Stable:   []string{"arn", "ownerId", "interfaceType", "macAddress", "privateIp", "privateIps", "privateDnsName"},
		Check: func(in networkInterfaceArgs) []cloud.Failure {
			var f failures
			f.length("description", in.Description, 255)
			return f
		},
		Create: func(_ context.Context, _ string, in networkInterfaceArgs) (string, networkInterface, error) {
			id := id("eni")
			out := networkInterface{
				networkInterfaceArgs: in, ARN: a.arn("ec2", "network-interface/"+id), OwnerID: a.env.Account,
				InterfaceType: "interface", MACAddress: newMAC(),
			}
			err := a.locked(func() error {
				if err := a.checkGroups(in); err != nil {
					return err
				}
				address, err := a.freePrivateAddress(in.Subnet)
				if err != nil {
					return err
				}
				out.PrivateIP, out.PrivateIPs = address.String(), []string{address.String()}
				out.PrivateDNSName = privateName(out.PrivateIP) + a.internalDomain()
				return put(a, id, out)
			})
			return id, out, err
		},
		Read: read[networkInterface](a),
		Update: func(ctx context.Context, id string, old networkInterface, in networkInterfaceArgs) (networkInterface, error) {
			out := old
			out.networkInterfaceArgs = in
			return out, a.locked(func() error {
				if err := a.checkGroups(in); err != nil {
					return err
				}
				return errors.Join(rewrite(a, id, out), a.settle(ctx))
			})
		},
		Delete: func(ctx context.Context, id string, _ networkInterface) error {
			return a.whenFree(ctx, func() error {
				used, err := a.attached(id)
				if err != nil {
					return err
				}
				if used {
					return refuseInUse("InvalidParameterValue", "Network interface '%s' is currently in use.", id)
				}
				// An Elastic IP stays allocated, and leads nowhere.
				associations, err := where(a, func(v addressAssociation) bool { return v.NetworkInterface == id })
				for association := range associations {
					err = errors.Join(err, drop[addressAssociation](a, association))
				}
				return errors.Join(err, remove[networkInterface](a, id))
			})
		},
	}, func(in networkInterfaceArgs) map[string]string { return in.Tags })
}

// checkGroups wants the groups in the card's own VPC, and at most five: "Amazon VPC quotas", Amazon VPC User Guide.
func (a *account) checkGroups(in networkInterfaceArgs) error {
	home, err := a.needSubnet(in.Subnet)
	if err != nil {
		return err
	}
	if len(in.SecurityGroups) > 5 {
		return refuse("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups per interface has been reached.")
	}
	for _, id := range in.SecurityGroups {
		group, err := a.needSecurityGroup(id)
		if err != nil {
			return err
		}
		if group.VPC != home.VPC {
			return refuse("InvalidParameter", "You have specified two resources that belong to different networks.")
		}
	}
	return nil
}

// freePrivateAddress is the first that is free. EC2 keeps the first four addresses of a subnet and the last.
func (a *account) freePrivateAddress(subnetID string) (netip.Addr, error) {
	home, err := a.needSubnet(subnetID)
	if err != nil {
		return netip.Addr{}, err
	}
	cards, err := where(a, func(v networkInterface) bool { return v.Subnet == subnetID })
	if err != nil {
		return netip.Addr{}, err
	}
	taken := map[string]bool{}
	for _, card := range cards {
		taken[card.PrivateIP] = true
	}
	block := netip.MustParsePrefix(home.CIDRBlock)
	address := block.Addr()
	for range 4 {
		address = address.Next()
	}
	for ; block.Contains(address.Next()); address = address.Next() {
		if !taken[address.String()] {
			return address, nil
		}
	}
	return netip.Addr{}, refuse("InsufficientFreeAddressesInSubnet", "The specified subnet does not have enough free addresses to satisfy the request.")
}

// attached says whether an instance has the card.
func (a *account) attached(id string) (bool, error) {
	users, err := where(a, func(v instance) bool { return v.PrimaryNetworkInterface == id })
	return len(users) > 0, err
}

func (a *account) needNetworkInterface(id string) (networkInterface, error) {
	return need[networkInterface](a, id, "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist")
}

// newMAC is a unicast address that no maker of cards owns.
func newMAC() string {
	b := make([]byte, 5)
	rand.Read(b)
	return fmt.Sprintf("0e:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4])
}

func privateName(address string) string { return "ip-" + strings.ReplaceAll(address, ".", "-") }

// internalDomain is different in the oldest region.
func (a *account) internalDomain() string {
	if a.env.Region == "us-east-1" {
		return ".ec2.internal"
	}
	return "." + a.env.Region + ".compute.internal"
}
