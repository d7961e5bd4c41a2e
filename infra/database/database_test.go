package database

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	addressURN  = "urn:pulumi:prod::crosscloud::crosscloud:database:Address::db-address"
	databaseURN = "urn:pulumi:prod::crosscloud::crosscloud:database:Database::db"
)

func TestEveryResourceHasAParentANameAndLabels(t *testing.T) {
	r, _ := mustDeploy(t, func(a *Args) { a.AdminCIDRs = prefixes("203.0.113.64/26") })

	// Where a resource has a name in GCP, this is the argument.
	physical := map[string]string{
		"gcp:secretmanager/secret:Secret":    "secretId",
		"gcp:serviceaccount/account:Account": "accountId",
	}
	for _, kind := range []string{"address:Address", "disk:Disk", "firewall:Firewall", "instance:Instance", "network:Network", "subnetwork:Subnetwork"} {
		physical["gcp:compute/"+kind] = "name"
	}
	labelled := []string{"gcp:compute/address:Address", "gcp:compute/disk:Disk", "gcp:compute/instance:Instance", "gcp:secretmanager/secret:Secret"}

	var count int
	for name, res := range r.resources {
		if strings.HasPrefix(res.token, "crosscloud:") {
			continue
		}
		count++
		parent := databaseURN
		if strings.HasPrefix(name, "db-address-") {
			parent = addressURN
		}
		assert.Equal(t, parent, res.options.parent, name)
		assert.True(t, strings.HasPrefix(name, "db-"), "%s is not named after its component", name)
		if argument, ok := physical[res.token]; ok {
			assert.Contains(t, plain(res.inputs[key(argument)]), "crosscloud-prod-db", name)
		}
		if slices.Contains(labelled, res.token) {
			assert.Equal(t, map[string]any{"project": "crosscloud", "stack": "prod", "part": "database"}, plain(res.inputs["labels"]), name)
		}
	}
	assert.Equal(t, 21, count, "a resource came or went; see that it is covered here")
	assert.Equal(t, plain(r.get(t, "db-data").inputs["labels"]),
		plain(r.get(t, "db-vm").inputs["bootDisk"]).(map[string]any)["initializeParams"].(map[string]any)["labels"])
}

func TestApisAreEnabledBeforeAnythingElseAndStayEnabled(t *testing.T) {
	r, _ := mustDeploy(t, nil)
	var apis []string
	for name, res := range r.resources {
		if res.token == "gcp:projects/service:Service" {
			apis = append(apis, plain(res.inputs["service"]).(string))
			assert.Equal(t, false, plain(res.inputs["disableOnDestroy"]), name)
			continue
		}
		if strings.HasPrefix(res.token, "gcp:") {
			for _, service := range services {
				assert.Contains(t, res.options.dependencies,
					"urn:pulumi:prod::crosscloud::crosscloud:database:Address$gcp:projects/service:Service::db-address-api-"+service, name)
			}
		}
	}
	assert.ElementsMatch(t, []string{"compute.googleapis.com", "iam.googleapis.com", "secretmanager.googleapis.com"}, apis)
}

func TestOutputs(t *testing.T) {
	_, out := mustDeploy(t, nil)
	assert.Equal(t, output{"postgresql://todo_a:" + plantedPassword + "@203.0.113.20:5432/todo?sslmode=verify-full&channel_binding=require", true}, out.url)
	assert.Equal(t, output{plantedPassword, true}, out.password)
	assert.Equal(t, output{"certificate of the authority\n", false}, out.caCertificate)
	assert.Equal(t, output{databaseAddress, false}, out.address)
	assert.Equal(t, output{"projects/p/zones/us-east4-a/disks/crosscloud-prod-db-data", false}, out.diskID)
	assert.False(t, out.revision.secret)
	assert.Regexp(t, "^[0-9a-f]{64}$", out.revision.value)
}

func TestArgumentsAreCheckedTogether(t *testing.T) {
	r, _, err := deploy(t, "prod", func(a *Args) {
		a.Zone, a.MachineType, a.DiskGB = "", "", 0
	})
	for _, missing := range []string{"Zone", "MachineType", "DiskGB"} {
		assert.ErrorContains(t, err, missing+" is not set")
	}
	assert.NotContains(t, r.resources, "db")

	for _, address := range []string{"", "web.example.org", "2001:db8::1", "198.51.100.7/32"} {
		_, _, err := deploy(t, "prod", func(a *Args) { a.WebHost = pulumi.String(address) })
		assert.ErrorContains(t, err, "is not an IPv4 address", address)
	}
}

func TestPhysicalNames(t *testing.T) {
	assert.Equal(t, "crosscloud-prod-db", physicalName("crosscloud", "prod", "db"))
	seen := map[string]string{}
	for _, stack := range []string{"prod", "Prod", "prod_", "my.stack", "my-stack", strings.Repeat("long", 10), strings.Repeat("long", 11), "1", "é"} {
		for _, project := range []string{"crosscloud", "9lives"} {
			for _, suffix := range []string{"db", "db-tls-key"} {
				name := physicalName(project, stack, suffix)
				require.Regexp(t, `^[a-z]([a-z0-9-]{4,28}[a-z0-9])$`, name)
				assert.Empty(t, seen[name], "%s/%s has the name of another stack", project, stack)
				seen[name] = stack
			}
		}
	}
}
