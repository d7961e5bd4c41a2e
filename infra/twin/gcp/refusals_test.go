package gcp

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	network := p.Get("network").ID
	secret := p.MustUp(secretToken, "secret", object{"secretId": "key", "replication": object{"auto": object{}}}).ID
	rule := func(changes object) object {
		args := p.rule()
		args["name"] = "refused"
		maps.Copy(args, changes)
		return args
	}
	allow := func(protocol string, ports ...any) object {
		return rule(object{"allows": []any{object{"protocol": protocol, "ports": ports}}})
	}
	subnet := func(changes object) object {
		args := object{"name": "refused", "network": network, "ipCidrRange": "10.200.0.0/24"}
		maps.Copy(args, changes)
		return args
	}
	for _, test := range []struct {
		token string
		args  object
		want  string
	}{
		{serviceToken, object{}, `"service" is required`},
		{serviceToken, object{"service": "compuet.googleapis.com"}, "Not found or permission denied for service(s): compuet.googleapis.com."},

		{networkToken, object{"name": "Net", "autoCreateSubnetworks": false}, "doesn't match regexp"},
		{networkToken, object{"name": "net"}, "set autoCreateSubnetworks to false"},
		{networkToken, object{"name": "net", "autoCreateSubnetworks": false, "routingMode": "LOCAL"}, "expected routingMode to be one of"},
		{networkToken, object{"name": "db", "autoCreateSubnetworks": false}, "Error 409: The resource '" + network + "' already exists"},

		{subnetToken, object{"name": "s", "network": network}, `"ipCidrRange" is required`},
		{subnetToken, subnet(object{"ipCidrRange": "10.200.0.1/24"}), "expected 10.200.0.0/24, got 10.200.0.1/24"},
		{subnetToken, subnet(object{"ipCidrRange": "10.200.0.0"}), "not a valid CIDR block"},
		{subnetToken, subnet(object{"ipCidrRange": "10.200.0.0/30"}), "from /4 to /29"},
		{subnetToken, subnet(object{"ipCidrRange": "10.164.0.0/16"}), "Invalid IPCidrRange: 10.164.0.0/16 conflicts with existing subnetwork 'db' in region 'us-east4'."},
		{subnetToken, subnet(object{"region": "us-east-4"}), `Unknown region "us-east-4".`},
		{subnetToken, subnet(object{"network": "none"}), "Error 404: The resource 'projects/my-project-123/global/networks/none' was not found"},

		{addressToken, object{"name": "ip_1"}, "doesn't match regexp"},
		{addressToken, object{"name": "ip", "addressType": "PUBLIC"}, "expected addressType to be one of"},
		{addressToken, object{"name": "ip", "networkTier": "GOLD"}, "expected networkTier to be one of"},
		{addressToken, object{"name": "ip", "labels": object{"1st": "x"}}, "Label key '1st' violates"},
		{addressToken, object{"name": "db-ip"}, "already exists"},

		{firewallToken, allow("tpc", "22"), "'tpc'. Protocol must be one of"},
		{firewallToken, allow("tcp", "70000"), "Ports may only be specified as numbers"},
		{firewallToken, allow("tcp", "90-80"), "first port of a range"},
		{firewallToken, allow("tcp", "ssh"), "Ports may only be specified as numbers"},
		{firewallToken, allow("icmp", "8"), "ports can't be given for protocol icmp"},
		{firewallToken, allow("esp"), "the twin's firewall knows tcp, udp, icmp and all"},
		{firewallToken, rule(object{"sourceRanges": []any{"203.0.113.5/24"}}), "expected 203.0.113.0/24, got 203.0.113.5/24"},
		{firewallToken, rule(object{"sourceRanges": []any{}}), "one of source_tags, source_ranges"},
		{firewallToken, rule(object{"sourceRanges": []any{"0.0.0.0/0", "::/0"}}), "can't be mixed"},
		{firewallToken, rule(object{"targetTags": []any{"Web"}}), `"targetTags[0]" ("Web") doesn't match`},
		{firewallToken, rule(object{"direction": "IN"}), "expected direction to be one of"},
		{firewallToken, rule(object{"priority": 70000}), "range (0 - 65535)"},
		{firewallToken, rule(object{"network": "none"}), "networks/none' was not found"},
		{firewallToken, rule(object{"allows": []any{}}), `one of "allows" and "denies" must be specified`},
		{firewallToken, rule(object{"denies": []any{}}), "denies: Invalid or unknown key"},
		{firewallToken, rule(object{"name": "db-postgres"}), "already exists"},

		{diskToken, object{"name": "d", "size": 5}, "A pd-standard disk has 10 GB to 65536 GB."},
		{diskToken, object{"name": "d", "size": 70000}, "A pd-standard disk has 10 GB to 65536 GB."},
		{diskToken, object{"name": "d", "type": "ssd"}, "The twin's disk types are"},
		{diskToken, object{"name": "d", "zone": "us-east4-z"}, `Unknown zone "us-east4-z".`},
		{diskToken, object{"name": "db-data", "size": 10}, "already exists"},

		{accountToken, object{"accountId": "short"}, `"accountId" ("short") doesn't match regexp`},
		{accountToken, object{"accountId": strings.Repeat("a", 31)}, "doesn't match regexp"},
		{accountToken, object{"accountId": "db-host"}, "Error 409: Service account db-host already exists within project projects/my-project-123."},
		{accountToken, object{"accountId": "other-host", "displayName": strings.Repeat("x", 101)}, "range (0 - 100)"},
		{accountToken, object{"accountId": "other-host", "disabled": true}, "always enabled"},

		{grantToken, object{"project": "my-project-123", "role": "secretAccessor", "member": "user:a@example.com"}, "is not a role"},
		{grantToken, object{"project": "my-project-123", "role": "roles/viewer", "member": email}, "invalid value for member"},
		{grantToken, object{"project": "my-project-123", "role": "roles/viewr", "member": "user:a@example.com"}, "Role roles/viewr is not supported for this resource."},

		{secretToken, object{"secretId": "a key", "replication": object{"auto": object{}}}, "doesn't match regexp"},
		{secretToken, object{"secretId": "k"}, `"replication" is required`},
		{secretToken, object{"secretId": "k", "replication": object{}}, "exactly one of auto and userManaged"},
		{secretToken, object{"secretId": "k", "replication": object{"userManaged": object{"replicas": []any{object{"location": "mars"}}}}}, `Unknown region "mars".`},
		{secretToken, object{"secretId": "key", "replication": object{"auto": object{}}}, "already exists"},

		{versionToken, object{"secret": "key", "secretData": "x"}, "projects/PROJECT/secrets/SECRET"},
		{versionToken, object{"secret": secret + "2", "secretData": "x"}, "Secret [" + secret + "2] not found."},
		{versionToken, object{"secret": secret, "secretData": strings.Repeat("x", 65537)}, "The secret payload is 65537 bytes"},
		{readerToken, object{"secretId": secret, "role": "roles/secretmanager.secretAccesor", "member": "serviceAccount:" + email}, "is not supported for this resource"},
		{readerToken, object{
			"secretId": secret, "role": "roles/secretmanager.secretAccessor", "member": "serviceAccount:nobody@my-project-123.iam.gserviceaccount.com",
		}, "Service account nobody@my-project-123.iam.gserviceaccount.com does not exist."},
		{readerToken, object{"secretId": "none", "role": "roles/secretmanager.secretAccessor", "member": "serviceAccount:" + email}, "secrets/none] not found"},

		{"gcp:compute/router:Router", object{}, `provider gcp of the twin does not have the resource type "gcp:compute/router:Router"`},
	} {
		_, err := p.Up(test.token, "refused", test.args)
		assert.ErrorContains(t, err, test.want)
	}
	_, err := p.Call("gcp:compute/getZones:getZones", object{})
	require.ErrorContains(t, err, `does not have the function "gcp:compute/getZones:getZones"`)
}

func TestNothingWorksBeforeItsAPIIsEnabled(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	for _, test := range []struct {
		token string
		args  object
		api   string
	}{
		{networkToken, object{"name": "n", "autoCreateSubnetworks": false}, "Compute Engine API"},
		{addressToken, object{"name": "a"}, "Compute Engine API"},
		{diskToken, object{"name": "d", "size": 10}, "Compute Engine API"},
		{accountToken, object{"accountId": "db-host"}, "Identity and Access Management (IAM) API"},
		{secretToken, object{"secretId": "s", "replication": object{"auto": object{}}}, "Secret Manager API"},
		{grantToken, object{"project": "my-project-123", "role": "roles/viewer", "member": "user:a@example.com"}, "Cloud Resource Manager API"},
	} {
		_, err := p.Up(test.token, "early", test.args)
		assert.ErrorContains(t, err, "Error 403: "+test.api+" has not been used in project my-project-123 before or it is disabled")
		assert.ErrorContains(t, err, "SERVICE_DISABLED")
	}
	_, err := p.Call("gcp:compute/getImage:getImage", object{"family": "debian-13", "project": "debian-cloud"})
	require.ErrorContains(t, err, "Compute Engine API has not been used")

	api := p.MustUp(serviceToken, "compute", object{"service": "compute.googleapis.com"})
	assert.Equal(t, "my-project-123/compute.googleapis.com", api.ID)
	p.MustUp(networkToken, "n", object{"name": "n", "autoCreateSubnetworks": false})
	require.NoError(t, p.Destroy("n"))

	p.MustUp(serviceToken, "compute", object{"service": "compute.googleapis.com", "disableOnDestroy": false})
	require.NoError(t, p.Destroy("compute"))
	p.MustUp(networkToken, "n", object{"name": "n", "autoCreateSubnetworks": false})

	p.MustUp(serviceToken, "compute", object{"service": "compute.googleapis.com"})
	require.NoError(t, p.Destroy("compute"))
	_, err = p.Up(networkToken, "m", object{"name": "m", "autoCreateSubnetworks": false})
	require.ErrorContains(t, err, "SERVICE_DISABLED", "by default an API is disabled with its resource")
}

func TestWhatIsInUseStays(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	p.needs()
	p.MustUp(instanceToken, "vm", p.vm(nil))
	for name, want := range map[string]string{
		"network": "The network resource 'projects/my-project-123/global/networks/db' is already being used by",
		"subnet":  "The subnetwork resource 'projects/my-project-123/regions/us-east4/subnetworks/db' is already being used by '" + instanceID,
		"ip":      "The address resource 'projects/my-project-123/regions/us-east4/addresses/db-ip' is already being used by '" + instanceID,
		"data":    "The disk resource 'projects/my-project-123/zones/us-east4-a/disks/db-data' is already being used by '" + instanceID,
	} {
		assert.ErrorContains(t, p.Destroy(name), want)
	}
	for _, name := range []string{"vm", "postgres", "subnet", "network", "ip", "data", "host"} {
		require.NoError(t, p.Destroy(name), name)
	}
	assert.Empty(t, p.machines.Disks())
}
