package gcp

import (
	"fmt"
	"strings"
	"testing"
)

func TestInstancesThatGoogleRefuses(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))
	elsewhere := p.MustUp(addressToken, "elsewhere", object{"name": "elsewhere", "region": "us-central1"}).Output("address")
	standard := p.MustUp(addressToken, "standard", object{"name": "standard", "networkTier": "STANDARD"}).Output("address")
	p.MustUp(diskToken, "far", object{"name": "far", "zone": "us-east4-c", "size": 10})
	p.MustUp(subnetToken, "west", object{
		"name": "west", "network": p.Get("network").ID, "ipCidrRange": "10.165.0.0/24", "region": "us-west1",
	})
	// The other VM has the disk and the address.
	vm := func(changes object) object {
		free := object{"name": "db-2", "attachedDisks": []any{}, "networkInterfaces": []any{object{
			"network": p.Get("network").ID, "subnetwork": p.Get("subnet").ID,
		}}}
		return p.vm(with(free, changes))
	}
	card := func(changes object) object {
		c := object{"network": p.Get("network").ID, "subnetwork": p.Get("subnet").ID}
		return vm(object{"networkInterfaces": []any{with(c, changes)}})
	}
	nat := func(address any) object {
		return card(object{"accessConfigs": []any{object{"natIp": address, "networkTier": "PREMIUM"}}})
	}
	boot := func(params object) object { return vm(object{"bootDisk": object{"initializeParams": params}}) }
	disks := func(all ...any) object { return vm(object{"attachedDisks": all}) }
	var tags []any
	for i := range 65 {
		tags = append(tags, fmt.Sprintf("tag-%d", i))
	}
	const (
		instances = "https://cloud.google.com/compute/docs/reference/rest/v1/instances"
		provider  = "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/compute_instance"
		metadata  = "https://cloud.google.com/compute/docs/metadata/setting-custom-metadata"
		regions   = "https://cloud.google.com/compute/docs/regions-zones"
		netTags   = "https://cloud.google.com/vpc/docs/add-remove-network-tags"
		external  = "https://cloud.google.com/compute/docs/ip-addresses/configure-static-external-ip-address"

		tierSeen = "https://github.com/doitintl/kubeip/issues/155"
	)
	p.refuse(t, []refusal{
		{
			name: "VM name with a capital and an underscore", token: instanceToken, args: vm(object{"name": "Db_1"}),
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.name': 'Db_1'. Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'",
			source: "https://cloud.google.com/compute/docs/naming-resources", seen: "https://github.com/DefangLabs/defang/issues/1665",
		},
		{
			name: "VM name taken", token: instanceToken, args: p.vm(nil),
			code: 409, reason: "alreadyExists", want: "The resource '" + instanceID + "' already exists",
			source: "https://cloud.google.com/compute/docs/reference/rest/v1/instances/insert",
			seen:   "https://github.com/kubernetes/kubernetes/issues/22244",
		},
		{
			name: "unknown zone", token: instanceToken, args: vm(object{"zone": "us-east4-d"}),
			code: 400, reason: "invalid", want: "Invalid value for field 'zone': 'us-east4-d'. Unknown zone.",
			source: regions, seen: "https://github.com/nanovms/ops/issues/1100",
		},
		{
			name: "region for a zone", token: instanceToken, args: vm(object{"zone": "us-east4"}),
			code: 400, reason: "invalid", want: "Invalid value for field 'zone': 'us-east4'. Unknown zone.",
			source: regions, seen: "https://github.com/nanovms/ops/issues/1100",
		},
		{
			name: "unknown machine type", token: instanceToken, args: vm(object{"machineType": "e2-tiny"}),
			code: 400, reason: "invalid",
			want: "Invalid value for field 'resource.machineType': 'zones/us-east4-a/machineTypes/e2-tiny'. " +
				"Machine type with name 'e2-tiny' does not exist in zone 'us-east4-a'.",
			source: "https://cloud.google.com/compute/docs/machine-resource", seen: "https://github.com/gruntwork-io/terratest/issues/1132",
		},
		{
			name: "no form of a machine type", token: instanceToken, args: vm(object{"machineType": "large"}),
			code: 400, reason: "invalid",
			want: "Invalid value for field 'resource.machineType': 'zones/us-east4-a/machineTypes/large'. " +
				"Machine type with name 'large' does not exist in zone 'us-east4-a'.",
			source: "https://cloud.google.com/compute/docs/machine-resource", seen: "https://github.com/gruntwork-io/terratest/issues/1132",
		},
		{
			name: "unknown image", token: instanceToken, args: boot(object{"image": "debian-cloud/debian-31"}),
			want:   "Could not find image or family debian-cloud/debian-31",
			source: provider,
		},
		{
			name: "boot disk smaller than its image", token: instanceToken, args: boot(object{"image": "debian-cloud/debian-13", "size": 9}),
			code: 400, reason: "invalid",
			want: "Invalid value for field 'resource.disks[0].initializeParams.diskSizeGb': '9'. " +
				"Requested disk size cannot be smaller than the image size (10 GB)",
			source: instances, seen: "https://github.com/ComputeCanada/magic_castle/pull/81",
		},
		{
			name: "status that a VM can't have", token: instanceToken, args: vm(object{"desiredStatus": "STOPPED"}),
			want: "expected desiredStatus to be one of", source: provider,
		},
		{
			name: "VM that is to begin stopped", token: instanceToken, args: vm(object{"desiredStatus": "TERMINATED"}),
			want: "When creating an instance, desired_status can only accept RUNNING value", late: true, source: provider,
		},

		{
			name: "metadata value over 256 KiB", token: instanceToken, args: vm(object{"metadata": object{"big": strings.Repeat("x", 262145)}}),
			code: 413, want: "Value for field 'metadata.items[0].value' is too large: maximum size 262144 character(s); actual size 262145.", source: metadata,
		},
		{
			name: "metadata over 512 KiB in all", token: instanceToken, args: vm(object{"metadata": object{
				"a": strings.Repeat("x", 262144), "b": strings.Repeat("x", 262144), "c": "x",
			}}),
			code: 400, reason: "invalid", want: "The total size of all keys and values must be less than 512 KB", source: metadata,
		},
		{
			name: "metadata key with a space", token: instanceToken, args: vm(object{"metadata": object{"a key": ""}}),
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.metadata.items[0].key': 'a key'. Must be a match of regex '[a-zA-Z0-9-_]{1,128}'",
			source: metadata, seen: "https://github.com/hashicorp/terraform/issues/757",
		},
		{
			name: "metadata key of 129 characters", token: instanceToken, args: vm(object{"metadata": object{strings.Repeat("k", 129): ""}}),
			code: 400, reason: "invalid", want: "Must be a match of regex '[a-zA-Z0-9-_]{1,128}'",
			source: metadata, seen: "https://github.com/hashicorp/terraform/issues/757",
		},
		{
			name: "label key with a capital", token: instanceToken, args: vm(object{"labels": object{"Part": "x"}}),
			code: 400, reason: "invalid", want: "Invalid value for field 'resource.labels': ''. Label key 'Part' violates format constraints.",
			source: "https://cloud.google.com/compute/docs/labeling-resources", seen: "https://github.com/googleapis/gax-nodejs/issues/1288",
		},
		{
			name: "network tag with an underscore", token: instanceToken, args: vm(object{"tags": []any{"database", "data_base"}}),
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.tags.items[1]': 'data_base'. Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'",
			source: netTags, seen: "https://github.com/trailofbits/algo/issues/267",
		},
		{
			name: "65 network tags", token: instanceToken, args: vm(object{"tags": tags}),
			code: 400, reason: "invalid", want: "at most 64 network tags, got 65", source: netTags,
		},

		{
			name: "no subnet in a network of custom mode", token: instanceToken, args: card(object{"subnetwork": ""}),
			code: 400, reason: "invalid",
			want:   "Invalid value for field 'resource.networkInterfaces[0]': ''. Subnetwork should be specified for custom subnetmode network",
			source: "https://cloud.google.com/vpc/docs/vpc", seen: "https://github.com/hashicorp/terraform-provider-google/issues/175",
		},
		{
			name: "zone outside the subnet's region", token: instanceToken, args: vm(object{"zone": "us-central1-a", "networkInterfaces": []any{
				object{"network": "db", "subnetwork": "db"},
			}}),
			code: 404, reason: "notFound", want: "The resource 'projects/my-project-123/regions/us-central1/subnetworks/db' was not found",
			source: "https://cloud.google.com/vpc/docs/subnets", seen: "https://github.com/cloudfoundry/bosh-bootloader/issues/166",
		},
		{
			name: "subnet outside the zone's region", token: instanceToken, args: card(object{"subnetwork": p.Get("west").ID}),
			code: 400, reason: "invalid", want: "Subnetwork is in region 'us-west1', the instance in region 'us-east4'.",
			source: "https://cloud.google.com/vpc/docs/subnets",
		},
		{
			name: "subnet of another network", token: instanceToken, args: card(object{"network": "none"}),
			code: 400, reason: "invalid", want: "'projects/my-project-123/global/networks/none'", source: instances,
		},
		{
			name: "two access configs", token: instanceToken, args: card(object{"accessConfigs": []any{object{}, object{}}}),
			code: 400, reason: "invalid", want: "At most one access config currently supported.", source: instances,
		},
		{
			name: "address used twice", token: instanceToken, args: nat(p.Get("ip").Output("address")),
			code: 400, reason: "invalid", want: "External IP address: 198.18.32.1 is already in-use.", source: external,
		},
		{
			name: "address in another region", token: instanceToken, args: nat(elsewhere),
			code: 400, reason: "invalid",
			want: fmt.Sprintf("Invalid value for field 'resource.networkInterfaces[0].accessConfigs[0].natIP': '%s'. "+
				"The specified external IP address '%s' was not found in region 'us-east4'.", elsewhere, elsewhere),
			source: external, seen: "https://github.com/hashicorp/terraform-provider-google/issues/435",
		},
		{
			name: "address of somebody else", token: instanceToken, args: nat("8.8.8.8"),
			code: 400, reason: "invalid", want: "The specified external IP address '8.8.8.8' was not found in region 'us-east4'.",
			source: external, seen: "https://github.com/hashicorp/terraform-provider-google/issues/435",
		},
		{
			name: "address of another network tier", token: instanceToken, args: nat(standard),
			code: 400, reason: "invalid", want: fmt.Sprintf("External IP address: %s has a different network tier STANDARD "+
				"from the network tier in instance access config PREMIUM.", standard),
			source: "https://cloud.google.com/network-tiers/docs/overview", seen: tierSeen,
		},
		{
			name: "address of another network tier than the usual one", token: instanceToken,
			args: card(object{"accessConfigs": []any{object{"natIp": standard}}}),
			code: 400, reason: "invalid", want: "from the network tier in instance access config PREMIUM.",
			source: "https://cloud.google.com/network-tiers/docs/overview", seen: tierSeen,
		},

		{
			name: "disk of another VM", token: instanceToken, args: disks(object{"source": p.Get("data").ID}),
			code: 400, reason: "resourceInUseByAnotherResource",
			want:   "The disk resource 'projects/my-project-123/zones/us-east4-a/disks/db-data' is already being used by '" + instanceID + "'",
			source: "https://cloud.google.com/compute/docs/disks/attach-disks", seen: "https://github.com/hashicorp/terraform/issues/23698",
		},
		{
			name: "disk twice in one VM", token: instanceToken, args: disks(object{"source": "db-data"}, object{"source": "db-data"}),
			code: 400, reason: "invalid", want: "Disk 'db-data' is attached twice.", source: instances,
		},
		{
			name: "device name twice in one VM", token: instanceToken,
			args: disks(object{"source": "a", "deviceName": "x"}, object{"source": "b", "deviceName": "x"}),
			code: 400, reason: "invalid", want: "The device name is used twice.", source: instances,
		},
		{
			name: "disk in another zone", token: instanceToken, args: disks(object{"source": p.Get("far").ID}),
			code: 400, reason: "invalid", want: "Disk must be in the same zone as the instance.",
			source: "https://cloud.google.com/compute/docs/disks/attach-disks",
			seen:   "https://github.com/GoogleCloudPlatform/google-cloud-powershell/issues/237",
		},
		{
			name: "disk that is not there", token: instanceToken, args: disks(object{"source": "none"}),
			code: 404, reason: "notFound", want: "The resource 'projects/my-project-123/zones/us-east4-a/disks/none' was not found", source: instances,
			seen: "https://github.com/cloudfoundry/bosh-bootloader/issues/166",
		},
		{
			name: "service account that is not there", token: instanceToken, args: vm(object{
				"serviceAccount": object{"email": "nobody@my-project-123.iam.gserviceaccount.com", "scopes": []any{}},
			}),
			code: 400, reason: "invalid", want: "of type 'serviceAccount' was not found.",
			source: "https://cloud.google.com/compute/docs/access/create-enable-service-accounts-for-instances",
		},
		{
			name: "scope that is none", token: instanceToken, args: vm(object{"serviceAccount": object{
				"email": email, "scopes": []any{"cloudplatform"},
			}}),
			code: 400, reason: "invalid", want: "Scope must be an URL or a known alias.", source: provider,
		},
	})
}
