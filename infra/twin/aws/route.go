package aws

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"net/netip"

	"crosscloud/infra/twin/cloud"
)

type routeArgs struct {
	RouteTable           string `json:"routeTableId"`
	DestinationCIDRBlock string `json:"destinationCidrBlock"`
	Gateway              string `json:"gatewayId"`
}

type route struct {
	routeArgs
	Origin string `json:"origin"`
	State  string `json:"state"`
}

func (a *account) routeKind() cloud.Resource {
	return cloud.Kind[routeArgs, route]{
		Token:    "aws:ec2/route:Route",
		Required: []string{"routeTableId", "destinationCidrBlock", "gatewayId"},
		Replace:  []string{"routeTableId", "destinationCidrBlock"},
		Stable:   []string{"origin"},
		Check: func(in routeArgs) []cloud.Failure {
			var f failures
			f.network("destinationCidrBlock", in.DestinationCIDRBlock, 0, 32)
			return f
		},
		Create: func(ctx context.Context, _ string, in routeArgs) (string, route, error) {
			// The provider makes the id of the table's and a checksum of the destination.
			id := fmt.Sprintf("r-%s%d", in.RouteTable, crc32.ChecksumIEEE([]byte(in.DestinationCIDRBlock)))
			out := route{routeArgs: in, Origin: "CreateRoute", State: "active"}
			return id, out, a.locked(func() error {
				if err := a.routable(in); err != nil {
					return err
				}
				if _, err := get[route](a, id); err == nil {
					return refuse("RouteAlreadyExists", "The route identified by %s already exists.", in.DestinationCIDRBlock)
				}
				return enact(ctx, a, id, out)
			})
		},
		Read: func(_ context.Context, id string) (route, error) {
			out, err := get[route](a, id)
			if err != nil {
				return out, err
			}
			if leads, err := a.leads(out); err != nil || !leads {
				out.State = "blackhole"
				return out, err
			}
			return out, nil
		},
		Update: func(ctx context.Context, id string, old route, in routeArgs) (route, error) {
			out := old
			out.routeArgs, out.State = in, "active"
			return out, a.locked(func() error {
				if err := a.routable(in); err != nil {
					return err
				}
				return errors.Join(rewrite(a, id, out), a.settle(ctx))
			})
		},
		Delete: func(ctx context.Context, id string, _ route) error {
			return a.locked(func() error { return errors.Join(drop[route](a, id), a.settle(ctx)) })
		},
	}
}

func (a *account) routable(in routeArgs) error {
	table, err := a.needRouteTable(in.RouteTable)
	if err != nil {
		return err
	}
	target, err := need[gateway](a, in.Gateway, "InvalidGatewayID.NotFound", "The gateway ID '%s' does not exist")
	if err != nil {
		return err
	}
	if target.VPC != table.VPC {
		return refuse("InvalidParameterValue", "route table %s and network gateway %s belong to different networks", in.RouteTable, in.Gateway)
	}
	v, err := a.needVPC(table.VPC)
	if err != nil {
		return err
	}
	destination, err := parsePrefix("destinationCidrBlock", in.DestinationCIDRBlock)
	if err != nil {
		return err
	}
	if local := netip.MustParsePrefix(v.CIDRBlock); local.Overlaps(destination) && destination.Bits() >= local.Bits() {
		return refuse("InvalidParameterValue", "The destination CIDR block %s is equal to or more specific than one of this VPC's CIDR blocks. "+
			"This route can target only an interface or an instance.", in.DestinationCIDRBlock)
	}
	return nil
}

// leads says whether the route's gateway is still there and attached.
func (a *account) leads(r route) (bool, error) {
	table, err := get[routeTable](a, r.RouteTable)
	if err != nil {
		return false, nil
	}
	attached, err := a.gatewayOf(table.VPC)
	return attached != "" && attached == r.Gateway, err
}

// public says whether a subnet's route table leads to the internet.
func (a *account) public(subnetID string) (bool, error) {
	associations, err := where(a, func(v routeTableAssociation) bool { return v.Subnet == subnetID })
	if err != nil {
		return false, err
	}
	for _, association := range associations {
		routes, err := where(a, func(v route) bool {
			return v.RouteTable == association.RouteTable && v.DestinationCIDRBlock == "0.0.0.0/0"
		})
		if err != nil {
			return false, err
		}
		for _, r := range routes {
			if ok, err := a.leads(r); ok || err != nil {
				return ok, err
			}
		}
	}
	return false, nil
}
