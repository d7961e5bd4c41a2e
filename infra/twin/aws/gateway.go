package aws

import (
	"context"
	"errors"

	"crosscloud/infra/twin/cloud"
)

type gatewayArgs struct {
	VPC  string            `json:"vpcId,omitempty"`
	Tags map[string]string `json:"tags,omitempty"`
}

// gateway is an internet gateway.
type gateway struct {
	gatewayArgs
	ARN     string `json:"arn"`
	OwnerID string `json:"ownerId"`
}

func (a *account) gatewayKind() cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[gatewayArgs, gateway]{
		Token:  "aws:ec2/internetGateway:InternetGateway",
		Keep:   []string{"vpcId"},
		Stable: []string{"arn", "ownerId"},
		Create: func(ctx context.Context, _ string, in gatewayArgs) (string, gateway, error) {
			id := id("igw")
			out := gateway{gatewayArgs: in, ARN: a.arn("ec2", "internet-gateway/"+id), OwnerID: a.env.Account}
			return id, out, a.locked(func() error {
				if err := a.attachable(in.VPC); err != nil {
					return err
				}
				return enact(ctx, a, id, out)
			})
		},
		Read: read[gateway](a),
		Update: func(ctx context.Context, id string, old gateway, in gatewayArgs) (gateway, error) {
			out := old
			out.gatewayArgs = in
			return out, a.whenFree(ctx, func() error {
				if in.VPC != old.VPC {
					if err := errors.Join(a.detachable(old.VPC), a.attachable(in.VPC)); err != nil {
						return err
					}
				}
				return errors.Join(rewrite(a, id, out), a.settle(ctx))
			})
		},
		Delete: func(ctx context.Context, id string, old gateway) error {
			return a.whenFree(ctx, func() error {
				if err := a.detachable(old.VPC); err != nil {
					return err
				}
				return errors.Join(drop[gateway](a, id), a.settle(ctx))
			})
		},
	}, func(in gatewayArgs) map[string]string { return in.Tags })
}

func (a *account) attachable(vpcID string) error {
	if vpcID == "" {
		return nil // a gateway may wait for its VPC
	}
	if _, err := a.needVPC(vpcID); err != nil {
		return err
	}
	attached, err := a.gatewayOf(vpcID)
	if err == nil && attached != "" {
		err = refuse("InvalidParameterValue", "Network %s already has an internet gateway attached", vpcID)
	}
	return err
}

// detachable says whether the VPC can lose its gateway: not while public addresses lead into it.
func (a *account) detachable(vpcID string) error {
	if vpcID == "" {
		return nil
	}
	mapped, err := where(a, func(v addressAssociation) bool {
		card, err := get[networkInterface](a, v.NetworkInterface)
		if err != nil {
			return false
		}
		home, err := get[subnet](a, card.Subnet)
		return err == nil && home.VPC == vpcID
	})
	if err == nil && len(mapped) > 0 {
		err = refuseInUse("DependencyViolation", "Network %s has some mapped public address(es). "+
			"Please unmap those public address(es) before detaching the gateway.", vpcID)
	}
	return err
}

// gatewayOf returns the id of the gateway that is attached to the VPC, or nothing.
func (a *account) gatewayOf(vpcID string) (string, error) {
	attached, err := where(a, func(v gateway) bool { return v.VPC == vpcID })
	for id := range attached {
		return id, err
	}
	return "", err
}
