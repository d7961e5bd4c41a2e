package aws

import (
	"context"
	"errors"

	"crosscloud/infra/twin/cloud"
)

type routeTableArgs struct {
	VPC  string            `json:"vpcId"`
	Tags map[string]string `json:"tags,omitempty"`
}

type routeTable struct {
	routeTableArgs
	ARN     string `json:"arn"`
	OwnerID string `json:"ownerId"`
}

func (a *account) routeTableKind() cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[routeTableArgs, routeTable]{
		Token:    "aws:ec2/routeTable:RouteTable",
		Required: []string{"vpcId"},
		Replace:  []string{"vpcId"},
		Stable:   []string{"arn", "ownerId"},
		Create: func(_ context.Context, _ string, in routeTableArgs) (string, routeTable, error) {
			id := id("rtb")
			out := routeTable{routeTableArgs: in, ARN: a.arn("ec2", "route-table/"+id), OwnerID: a.env.Account}
			return id, out, a.locked(func() error {
				if _, err := a.needVPC(in.VPC); err != nil {
					return err
				}
				return put(a, id, out)
			})
		},
		Read: read[routeTable](a),
		Update: func(_ context.Context, id string, old routeTable, in routeTableArgs) (routeTable, error) {
			old.routeTableArgs = in
			return old, rewrite(a, id, old)
		},
		Delete: func(ctx context.Context, id string, _ routeTable) error {
			return a.whenFree(ctx, func() error {
				users, err := where(a, func(v routeTableAssociation) bool { return v.RouteTable == id })
				if err != nil {
					return err
				}
				if len(users) > 0 {
					return refuseInUse("DependencyViolation", "The routeTable '%s' has dependencies and cannot be deleted.", id)
				}
				routes, err := where(a, func(v route) bool { return v.RouteTable == id })
				for r := range routes {
					err = errors.Join(err, drop[route](a, r)) // they go with their table
				}
				return errors.Join(err, remove[routeTable](a, id))
			})
		},
	}, func(in routeTableArgs) map[string]string { return in.Tags })
}

func (a *account) needRouteTable(id string) (routeTable, error) {
	return need[routeTable](a, id, "InvalidRouteTableID.NotFound", "The routeTable ID '%s' does not exist")
}

type routeTableAssociationArgs struct {
	Subnet     string `json:"subnetId"`
	RouteTable string `json:"routeTableId"`
}

type routeTableAssociation struct{ routeTableAssociationArgs }

func (a *account) routeTableAssociationKind() cloud.Resource {
	return cloud.Kind[routeTableAssociationArgs, routeTableAssociation]{
		Token:    "aws:ec2/routeTableAssociation:RouteTableAssociation",
		Required: []string{"subnetId", "routeTableId"},
		Replace:  []string{"subnetId"},
		Create: func(ctx context.Context, _ string, in routeTableAssociationArgs) (string, routeTableAssociation, error) {
			id := id("rtbassoc")
			out := routeTableAssociation{in}
			return id, out, a.locked(func() error {
				if err := a.sameNetwork(in); err != nil {
					return err
				}
				others, err := where(a, func(v routeTableAssociation) bool { return v.Subnet == in.Subnet })
				if err != nil {
					return err
				}
				for other := range others {
					return refuse("Resource.AlreadyAssociated", "the specified association for route table %s conflicts with an existing association %s", in.RouteTable, other)
				}
				return enact(ctx, a, id, out)
			})
		},
		Read: read[routeTableAssociation](a),
		Update: func(ctx context.Context, id string, _ routeTableAssociation, in routeTableAssociationArgs) (routeTableAssociation, error) {
			out := routeTableAssociation{in}
			return out, a.locked(func() error {
				if err := a.sameNetwork(in); err != nil {
					return err
				}
				return errors.Join(rewrite(a, id, out), a.settle(ctx))
			})
		},
		Delete: func(ctx context.Context, id string, _ routeTableAssociation) error {
			return a.locked(func() error { return errors.Join(drop[routeTableAssociation](a, id), a.settle(ctx)) })
		},
	}
}

func (a *account) sameNetwork(in routeTableAssociationArgs) error {
	home, err := a.needSubnet(in.Subnet)
	if err != nil {
		return err
	}
	table, err := a.needRouteTable(in.RouteTable)
	if err == nil && table.VPC != home.VPC {
		err = refuse("InvalidParameterValue", "route table %s and subnet %s belong to different networks", in.RouteTable, in.Subnet)
	}
	return err
}
