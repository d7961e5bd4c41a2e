package gcp

import (
	"strings"
	"testing"
)

func TestNetworksThatGoogleRefuses(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	network := p.Get("network").ID
	subnet := func(changes object) object {
		return with(object{"name": "refused", "network": network, "ipCidrRange": "10.200.0.0/24"}, changes)
	}
	rule := func(changes object) object { return with(p.rule(), with(object{"name": "refused"}, changes)) }
	allow := func(protocol string, ports ...any) object {
		return rule(object{"allows": []any{object{"protocol": protocol, "ports": ports}}})
	}
	const (
		names     = "https://cloud.google.com/compute/docs/naming-resources"
		subnets   = "https://cloud.google.com/vpc/docs/subnets"
		firewalls = "https://cloud.google.com/compute/docs/reference/rest/v1/firewalls"
		labels    = "https://cloud.google.com/compute/docs/labeling-resources"
		regions   = "https://cloud.google.com/compute/docs/regions-zones"

		nameSeen  = "https://github.com/DefangLabs/defang/issues/1665"
		labelSeen = "https://github.com/GoogleCloudPlatform/k8s-config-connector/issues/363"
	)
	p.refuse(t, []refusal{
		{
			name: "network name with a capital", token: networkToken, args: object{"name": "Net", "autoCreateSubnetworks": false},
			want:   `"name" ("Net") doesn't match regexp "^(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)$"`,
			source: names, seen: nameSeen,
		},
		{
			name: "network name of 64 characters", token: networkToken,
			args: object{"name": strings.Repeat("n", 64), "autoCreateSubnetworks": false},
			want: "doesn't match regexp", source: names, seen: nameSeen,
		},
		{
			name: "network name that ends with a dash", token: networkToken, args: object{"name": "net-", "autoCreateSubnetworks": false},
			want: "doesn't match regexp", source: names, seen: nameSeen,
		},
		{
			name: "network name taken", token: networkToken, args: object{"name": "db", "autoCreateSubnetworks": false},
			code: 409, reason: "alreadyExists", want: "The resource '" + network + "' already exists",
			source: "https://cloud.google.com/compute/docs/reference/rest/v1/networks/insert",
			seen:   "https://github.com/kubernetes/kubernetes/issues/22244",
		},

		{
			name: "subnet name that begins with a digit", token: subnetToken, args: subnet(object{"name": "1st"}),
			want: `"name" ("1st") doesn't match regexp`, source: names, seen: nameSeen,
		},
		{
			name: "subnet range that is none", token: subnetToken, args: subnet(object{"ipCidrRange": "10.200.0.0"}),
			want: `"ipCidrRange" is not a valid IP CIDR range`, source: subnets,
		},
		{
			name: "subnet range with host bits", token: subnetToken, args: subnet(object{"ipCidrRange": "10.200.0.1/24"}),
			code: 400, reason: "invalid", want: "Invalid value for field 'resource.ipCidrRange': '10.200.0.1/24'.", source: subnets,
		},
		{
			name: "subnet of four addresses", token: subnetToken, args: subnet(object{"ipCidrRange": "10.200.0.0/30"}),
			code: 400, reason: "invalid", want: "A subnet is an IPv4 network from /4 to /29.", source: subnets,
		},
		{
			name: "subnet larger than /4", token: subnetToken, args: subnet(object{"ipCidrRange": "96.0.0.0/3"}),
			code: 400, reason: "invalid", want: "A subnet is an IPv4 network from /4 to /29.", source: subnets,
		},
		{
			name: "subnet in a prohibited range", token: subnetToken, args: subnet(object{"ipCidrRange": "169.254.8.0/24"}),
			code: 400, reason: "invalid", want: "The range overlaps one that subnets can't have.", source: subnets,
		},
		{
			name: "subnets that overlap", token: subnetToken, args: subnet(object{"ipCidrRange": "10.164.0.0/16"}),
			code: 400, reason: "invalid",
			want:   "Invalid IPCidrRange: 10.164.0.0/16 conflicts with existing subnetwork 'db' in region 'us-east4'.",
			source: subnets, seen: "https://github.com/terraform-google-modules/terraform-google-network/issues/20",
		},
		{
			name: "subnets that overlap across regions", token: subnetToken,
			args: subnet(object{"ipCidrRange": "10.164.32.128/25", "region": "us-west1"}),
			code: 400, reason: "invalid",
			want:   "Invalid IPCidrRange: 10.164.32.128/25 conflicts with existing subnetwork 'db' in region 'us-east4'.",
			source: subnets, seen: "https://github.com/terraform-google-modules/terraform-google-network/issues/20",
		},
		{
			name: "unknown region", token: subnetToken, args: subnet(object{"region": "us-east-4"}),
			code: 400, reason: "invalid", want: "Invalid value for field 'region': 'us-east-4'. Unknown region.",
			source: regions, seen: "https://github.com/GoogleCloudPlatform/terraformer/issues/98",
		},
		{
			name: "zone for a region", token: addressToken, args: object{"name": "ip", "region": "us-east4-a"},
			code: 400, reason: "invalid", want: "Invalid value for field 'region': 'us-east4-a'. Unknown region.",
			source: regions, seen: "https://github.com/googleapis/google-api-dotnet-client/issues/1354",
		},
		{
			name: "subnet of no network", token: subnetToken, args: subnet(object{"network": "none"}),
			code: 404, reason: "notFound", want: "The resource 'projects/my-project-123/global/networks/none' was not found",
			source: "https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks/insert",
			seen:   "https://github.com/cloudfoundry/bosh-bootloader/issues/166",
		},

		{
			name: "address name with an underscore", token: addressToken, args: object{"name": "ip_1"},
			want: `"name" ("ip_1") doesn't match regexp`, source: names, seen: nameSeen,
		},
		{
			name: "address name taken", token: addressToken, args: object{"name": "db-ip"},
			code: 409, reason: "alreadyExists", want: "The resource 'projects/my-project-123/regions/us-east4/addresses/db-ip' already exists",
			source: "https://cloud.google.com/compute/docs/reference/rest/v1/addresses/insert",
			seen:   "https://github.com/kubernetes/kubernetes/issues/22244",
		},
		{
			name: "label key that begins with a digit", token: addressToken, args: object{"name": "ip", "labels": object{"1st": "x"}},
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.labels': ''. Label key '1st' violates format constraints. The key must start with a lowercase character",
			source: labels, seen: "https://github.com/googleapis/gax-nodejs/issues/1288",
		},
		{
			name: "label key of 64 characters", token: addressToken, args: object{"name": "ip", "labels": object{strings.Repeat("k", 64): "x"}},
			code: 400, reason: "invalid", want: "The key can be at most 63 characters long.",
			source: labels, seen: "https://github.com/googleapis/gax-nodejs/issues/1288",
		},
		{
			name: "label value with a capital", token: addressToken, args: object{"name": "ip", "labels": object{"part": "Database"}},
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.labels': ''. Label value 'Database' violates format constraints. The value can only contain lowercase letters",
			source: labels, seen: labelSeen,
		},
		{
			name: "label value of 64 characters", token: addressToken, args: object{"name": "ip", "labels": object{"part": strings.Repeat("v", 64)}},
			code: 400, reason: "invalid", want: "The value can be at most 63 characters long.", source: labels, seen: labelSeen,
		},
		{
			name: "65 labels", token: addressToken, args: object{"name": "ip", "labels": many(65)},
			code: 400, reason: "invalid", want: "at most 64 labels, got 65", source: labels,
		},

		{
			name: "port 70000", token: firewallToken, args: allow("tcp", "70000"),
			code: 400, reason: "invalid", want: "Invalid value for field 'resource.allowed[0].ports[0]': '70000'. Invalid port range specification.",
			source: firewalls, seen: "https://github.com/GoogleCloudPlatform/google-cloud-powershell/issues/537",
		},
		{
			name: "port range backwards", token: firewallToken, args: allow("tcp", "22", "90-80"),
			code: 400, reason: "invalid", want: "Invalid value for field 'resource.allowed[0].ports[1]': '90-80'. Invalid port range specification.",
			source: firewalls, seen: "https://github.com/GoogleCloudPlatform/google-cloud-powershell/issues/537",
		},
		{
			name: "port range with dots", token: firewallToken, args: allow("tcp", "0..65535"),
			code: 400, reason: "invalid", want: "Invalid value for field 'resource.allowed[0].ports[0]': '0..65535'. Invalid port range specification.",
			source: firewalls, seen: "https://github.com/GoogleCloudPlatform/google-cloud-powershell/issues/537",
		},
		{
			name: "port by the name of its service", token: firewallToken, args: allow("tcp", "ssh"),
			code: 400, reason: "invalid", want: "'ssh'. Invalid port range specification.",
			source: firewalls, seen: "https://github.com/GoogleCloudPlatform/google-cloud-powershell/issues/537",
		},
		{
			name: "protocol typo", token: firewallToken, args: allow("tpc", "22"),
			code: 400, reason: "invalid",
			want: `Invalid value for field 'resource.allowed[0].IPProtocol': 'tpc'. Must be one of ["ah", "all", "esp", "icmp", "ipip", "sctp", "tcp", "udp"] ` +
				"or an IP protocol number between 0 and 255.",
			source: firewalls, seen: "https://github.com/terraform-google-modules/terraform-google-network/issues/535",
		},
		{
			name: "port of a protocol that has none", token: firewallToken, args: allow("icmp", "8"),
			code: 400, reason: "invalid", want: "Ports can't be given for protocol icmp", source: firewalls,
		},
		{
			name: "source range with host bits", token: firewallToken, args: rule(object{"sourceRanges": []any{"10.0.0.0/8", "203.0.113.5/24"}}),
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.sourceRanges[1]': '203.0.113.5/24'. Must be a valid IPV4 CIDR address range.",
			source: firewalls, seen: "https://github.com/cloudflare/terraform-provider-cloudflare/issues/86",
		},
		{
			name: "empty source range", token: firewallToken, args: rule(object{"sourceRanges": []any{"10.0.0.0/8", ""}}),
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.sourceRanges[1]': ''. Must be a valid IPV4 CIDR address range.",
			source: firewalls, seen: "https://github.com/cloudflare/terraform-provider-cloudflare/issues/86",
		},
		{
			name: "source range of IPv6 with host bits", token: firewallToken, args: rule(object{"sourceRanges": []any{"2001:db8::1/64"}}),
			code: 400, reason: "invalid", want: "'2001:db8::1/64'. Must be a valid IPV6 CIDR address range.", source: firewalls,
		},
		{
			name: "source ranges of both families", token: firewallToken, args: rule(object{"sourceRanges": []any{"0.0.0.0/0", "::/0"}}),
			code: 400, reason: "invalid", want: "IPv4 and IPv6 ranges can't be mixed in one rule.", source: "https://cloud.google.com/firewall/docs/firewalls",
		},
		{
			name: "rule name with a dot", token: firewallToken, args: rule(object{"name": "db.postgres"}),
			want: `"name" ("db.postgres") doesn't match regexp`, source: names, seen: nameSeen,
		},
		{
			name: "rule name taken", token: firewallToken, args: rule(object{"name": "db-postgres"}),
			code: 409, reason: "alreadyExists", want: "The resource 'projects/my-project-123/global/firewalls/db-postgres' already exists",
			source: "https://cloud.google.com/compute/docs/reference/rest/v1/firewalls/insert",
			seen:   "https://github.com/kubernetes/kubernetes/issues/22244",
		},
		{
			name: "priority over 65535", token: firewallToken, args: rule(object{"priority": 70000}),
			want: "expected priority to be in the range (0 - 65535), got 70000", source: firewalls,
		},
		{
			name: "target tag with a capital", token: firewallToken, args: rule(object{"targetTags": []any{"Web"}}),
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.targetTags[0]': 'Web'. Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'",
			source: "https://cloud.google.com/vpc/docs/add-remove-network-tags", seen: "https://github.com/trailofbits/algo/issues/267",
		},
	})
}
