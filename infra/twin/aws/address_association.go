package aws

import (
	"context"
	"errors"

	"crosscloud/infra/twin/cloud"
)

type addressAssociationArgs struct {
	Allocation         string `json:"allocationId"`
	NetworkInterface   string `json:"networkInterfaceId"`
	AllowReassociation *bool  `json:"allowReassociation,omitempty"`
}

type addressAssociation struct {
	addressAssociationArgs
	PublicIP         string `json:"publicIp"`
	PrivateIPAddress string `json:"privateIpAddress"`
}

func (a *account) addressAssociationKind() cloud.Resource {
	return cloud.Kind[addressAssociationArgs, addressAssociation]{
		Token:    "aws:ec2/eipAssociation:EipAssociation",
		Required: []string{"allocationId", "networkInterfaceId"},
		Normalize: func(_ string, in addressAssociationArgs) addressAssociationArgs {
			in.AllowReassociation = orDefault(in.AllowReassociation, false)
			return in
		},
		Create: func(ctx context.Context, _ string, in addressAssociationArgs) (string, addressAssociation, error) {
			id := id("eipassoc")
			out := addressAssociation{addressAssociationArgs: in}
			err := a.locked(func() error {
				ip, err := a.needAddress(in.Allocation)
				if err != nil {
					return err
				}
				card, err := a.needNetworkInterface(in.NetworkInterface)
				if err != nil {
					return err
				}
				if err := a.reachable(card.Subnet); err != nil {
					return err
				}
				out.PublicIP, out.PrivateIPAddress = ip.PublicIP, card.PrivateIP
				moved, err := a.unassociate(in)
				if err == nil {
					err = enact(ctx, a, id, out)
				}
				if err != nil {
					return errors.Join(err, a.associateAgain(context.WithoutCancel(ctx), moved))
				}
				return nil
			})
			return id, out, err
		},
		Read: read[addressAssociation](a),
		Delete: func(ctx context.Context, id string, _ addressAssociation) error {
			return a.locked(func() error { return errors.Join(drop[addressAssociation](a, id), a.settle(ctx)) })
		},
	}
}

// reachable says whether a public address can lead into a subnet.
func (a *account) reachable(subnetID string) error {
	home, err := a.needSubnet(subnetID)
	if err != nil {
		return err
	}
	attached, err := a.gatewayOf(home.VPC)
	if err == nil && attached == "" {
		err = refuse("Gateway.NotAttached", "Network %s is not attached to any internet gateway", home.VPC)
	}
	return err
}

// unassociate takes the address from where it is, and the card's address from the card: EC2 moves them. The AWS provider
// does not send an allowReassociation that is false, so that rules nothing out. It returns what it ended.
func (a *account) unassociate(in addressAssociationArgs) (map[string]addressAssociation, error) {
	others, err := where(a, func(v addressAssociation) bool {
		return v.Allocation == in.Allocation || v.NetworkInterface == in.NetworkInterface
	})
	for id := range others {
		err = errors.Join(err, remove[addressAssociation](a, id))
	}
	return others, err
}

// associateAgain undoes unassociate: EC2 moves an address or leaves it where it is.
func (a *account) associateAgain(ctx context.Context, moved map[string]addressAssociation) error {
	var failed error
	for id, v := range moved {
		failed = errors.Join(failed, put(a, id, v))
	}
	return errors.Join(failed, a.settle(ctx))
}
