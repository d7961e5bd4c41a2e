package aws

import (
	"context"
	"net/netip"
	"strings"

	"crosscloud/infra/twin/cloud"
)

type addressArgs struct {
	Domain string            `json:"domain,omitempty"`
	Tags   map[string]string `json:"tags,omitempty"`
}

// address is an Elastic IP.
type address struct {
	addressArgs
	ARN                string `json:"arn"`
	AllocationID       string `json:"allocationId"`
	PublicIP           string `json:"publicIp"`
	PublicDNS          string `json:"publicDns"`
	PublicIPv4Pool     string `json:"publicIpv4Pool"`
	NetworkBorderGroup string `json:"networkBorderGroup"`
}

// maxAddresses is the default quota of a region: "Amazon VPC quotas", Amazon VPC User Guide.
const maxAddresses = 5

func (a *account) addressKind() cloud.Resource {
	return tagged(ec2Tags, cloud.Kind[addressArgs, address]{
		Token:   "aws:ec2/eip:Eip",
		Replace: []string{"domain"},
		Stable:  []string{"arn", "allocationId", "publicIp", "publicDns", "publicIpv4Pool", "networkBorderGroup"},
		Normalize: func(_ string, in addressArgs) addressArgs {
			if in.Domain == "" {
				in.Domain = "vpc"
			}
			return in
		},
		Check: func(in addressArgs) []cloud.Failure {
			var f failures
			f.oneOf("domain", in.Domain, "vpc")
			return f
		},
		Create: func(_ context.Context, _ string, in addressArgs) (string, address, error) {
			id := id("eipalloc")
			out := address{
				addressArgs: in, ARN: a.arn("ec2", "elastic-ip/"+id), AllocationID: id,
				PublicIPv4Pool: "amazon", NetworkBorderGroup: a.env.Region,
			}
			err := a.locked(func() error {
				ip, err := a.freePublicAddress()
				if err != nil {
					return err
				}
				out.PublicIP, out.PublicDNS = ip.String(), a.publicName(ip.String())
				return put(a, id, out)
			})
			return id, out, err
		},
		Read: read[address](a),
		Update: func(_ context.Context, id string, old address, in addressArgs) (address, error) {
			old.addressArgs = in
			return old, rewrite(a, id, old)
		},
		Delete: func(ctx context.Context, id string, old address) error {
			return a.whenFree(ctx, func() error {
				users, err := where(a, func(v addressAssociation) bool { return v.Allocation == id })
				if err != nil {
					return err
				}
				if len(users) > 0 {
					return refuseInUse("InvalidIPAddress.InUse", "Address %s is in use.", old.PublicIP)
				}
				return remove[address](a, id)
			})
		},
	}, func(in addressArgs) map[string]string { return in.Tags })
}

// freePublicAddress takes the first free of the /20 that starts at x.y.16.0 in the twin's network.
func (a *account) freePublicAddress() (netip.Addr, error) {
	all, err := where(a, func(address) bool { return true })
	if err != nil {
		return netip.Addr{}, err
	}
	if len(all) >= maxAddresses {
		return netip.Addr{}, refuse("AddressLimitExceeded", "The maximum number of addresses has been reached.")
	}
	taken := map[string]bool{}
	for _, v := range all {
		taken[v.PublicIP] = true
	}
	bytes := a.env.Subnet.Masked().Addr().As4()
	bytes[2], bytes[3] = 16, 1
	ip := netip.AddrFrom4(bytes)
	for taken[ip.String()] {
		ip = ip.Next()
	}
	return ip, nil
}

func (a *account) needAddress(id string) (address, error) {
	return need[address](a, id, "InvalidAllocationID.NotFound", "The allocation ID '%s' does not exist")
}

func (a *account) publicName(ip string) string {
	zone := a.env.Region + ".compute"
	if a.env.Region == "us-east-1" {
		zone = "compute-1"
	}
	return "ec2-" + strings.ReplaceAll(ip, ".", "-") + "." + zone + ".amazonaws.com"
}
