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
	addressURN  = "urn:pulumi:test::crosscloud::crosscloud:database:Address::db-address"
	databaseURN = "urn:pulumi:test::crosscloud::crosscloud:database:Database::db"
)

func TestEveryResourceHasAParentANameAndLabels(t *testing.T) {
	m, _ := mustDeploy(t, func(a *Args) { a.AdminCIDRs, a.SSHFrom = prefixes("203.0.113.64/26"), prefixes("203.0.113.64/26") })

	// Where a resource has a name in GCP, this is the argument.
	physical := map[string]string{
		"gcp:secretmanager/secret:Secret":    "secretId",
		"gcp:serviceaccount/account:Account": "accountId",
		"gcp:storage/bucket:Bucket":          "name",
	}
	for _, kind := range []string{"address:Address", "disk:Disk", "firewall:Firewall", "instance:Instance", "network:Network", "subnetwork:Subnetwork"} {
		physical["gcp:compute/"+kind] = "name"
	}
	labelled := []string{"gcp:compute/address:Address", "gcp:compute/disk:Disk", "gcp:compute/instance:Instance", "gcp:secretmanager/secret:Secret", "gcp:storage/bucket:Bucket"}

	var count int
	for _, res := range m.Resources() {
		if strings.HasPrefix(res.Token, "crosscloud:") {
			continue
		}
		count++
		parent := databaseURN
		if strings.HasPrefix(res.Name, "db-address-") {
			parent = addressURN
		}
		assert.Equal(t, parent, res.Options.GetParent(), res.Name)
		assert.True(t, strings.HasPrefix(res.Name, "db-"), "%s is not named after its component", res.Name)
		if argument, ok := physical[res.Token]; ok {
			assert.Contains(t, res.Plain()[argument], "crosscloud-test-db", res.Name)
		}
		if slices.Contains(labelled, res.Token) {
			assert.Equal(t, map[string]any{"project": "crosscloud", "stack": "test", "part": "database"}, res.Plain()["labels"], res.Name)
		}
	}
	assert.Equal(t, 26, count, "a resource came or went; see that it is covered here")
	assert.Equal(t, m.Named(t, "db-data").Plain()["labels"],
		m.Named(t, "db-vm").Plain()["bootDisk"].(map[string]any)["initializeParams"].(map[string]any)["labels"])
}

func TestApisAreEnabledBeforeAnythingElseAndStayEnabled(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	var apis []string
	for _, res := range m.Resources() {
		if res.Token == "gcp:projects/service:Service" {
			apis = append(apis, res.Plain()["service"].(string))
			assert.Equal(t, false, res.Plain()["disableOnDestroy"], res.Name)
			continue
		}
		if strings.HasPrefix(res.Token, "gcp:") {
			for _, service := range services {
				assert.Contains(t, res.Options.GetDependencies(),
					"urn:pulumi:test::crosscloud::crosscloud:database:Address$gcp:projects/service:Service::db-address-api-"+service, res.Name)
			}
		}
	}
	assert.ElementsMatch(t, []string{"compute.googleapis.com", "iam.googleapis.com", "secretmanager.googleapis.com", "storage.googleapis.com"}, apis)
}

func TestOutputs(t *testing.T) {
	_, out := mustDeploy(t, nil)
	assert.Equal(t, output{"postgresql://todo_a:" + plantedPassword + "1@203.0.113.20:5432/todo?sslmode=verify-full&channel_binding=require", true}, out.url)
	assert.Equal(t, output{"certificate of the authority\n", false}, out.caCertificate)
	assert.Equal(t, output{databaseAddress, false}, out.address)
	assert.Equal(t, output{"projects/p/zones/us-east4-a/disks/crosscloud-test-db-data", false}, out.diskID)
	assert.Equal(t, output{statusBucket, false}, out.statusBucket)
	assert.Equal(t, output{"status.json", false}, out.statusObject)
	assert.False(t, out.revision.secret)
	assert.Regexp(t, "^[0-9a-f]{64}$", out.revision.value)
}

func TestArgumentsAreCheckedTogether(t *testing.T) {
	m, _, err := deploy(t, func(a *Args) {
		a.Zone, a.MachineType, a.DiskGB, a.PasswordVersion = "", "", 0, -1
	})
	assert.ErrorContains(t, err, "PasswordVersion is -1")
	for _, missing := range []string{"Zone", "MachineType", "DiskGB"} {
		assert.ErrorContains(t, err, missing+" is not set")
	}
	assert.Empty(t, m.Of("crosscloud:database:Database"))

	for _, address := range []string{"", "web.example.org", "2001:db8::1", "198.51.100.7/32"} {
		_, _, err := deploy(t, func(a *Args) { a.WebHost = pulumi.String(address) })
		assert.ErrorContains(t, err, "is not an IPv4 address", address)
	}
}

func TestPhysicalNames(t *testing.T) {
	assert.Equal(t, "crosscloud-test-db", physicalName("crosscloud", "test", "db"))
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
