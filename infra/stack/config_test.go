package stack

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"crosscloud/infra/operation"
)

// noResources fails a program that registers any resource.
type noResources struct{}

func (noResources) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	return "", nil, fmt.Errorf("registered %s", args.TypeToken)
}

func (noResources) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("called %s", args.Token)
}

// declaredDefaults are Pulumi.yaml's, as the engine hands them to the program.
func declaredDefaults(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../Pulumi.yaml")
	require.NoError(t, err)
	var project struct {
		Config map[string]struct {
			Value, Default any
			Description    string
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &project))
	values := map[string]string{}
	for key, declared := range project.Config {
		value := declared.Value
		if !strings.Contains(key, ":") {
			require.NotEmpty(t, declared.Description, key)
			key, value = "crosscloud:"+key, declared.Default
		}
		if list, isList := value.([]any); isList {
			encoded, err := json.Marshal(list)
			require.NoError(t, err)
			value = string(encoded)
		}
		values[key] = fmt.Sprint(value)
	}
	return values
}

func read(t *testing.T, overrides map[string]string, secret ...string) (Config, error) {
	t.Helper()
	return readAs(t, "test", overrides, secret...)
}

func readAs(t *testing.T, stack string, overrides map[string]string, secret ...string) (Config, error) {
	t.Helper()
	values := declaredDefaults(t)
	values["gcp:project"] = "my-project-123"
	maps.Copy(values, overrides)
	var c Config
	err := pulumi.RunErr(func(ctx *pulumi.Context) (err error) {
		c, err = ReadConfig(ctx)
		return err
	}, pulumi.WithMocks("crosscloud", stack, noResources{}), func(info *pulumi.RunInfo) {
		info.Config, info.ConfigSecretKeys = values, secret
	})
	return c, err
}

func TestDefaultsNeedOnlyTheProject(t *testing.T) {
	c, err := read(t, nil)
	require.NoError(t, err)
	require.Equal(t, "us-east-1", c.AWSRegion)
	require.Equal(t, "us-east4-a", c.GCPZone)
	require.Equal(t, 20, c.DatabaseDiskGB)
	require.Empty(t, c.AdminCIDRs)
	require.True(t, c.ProtectData)
	require.Equal(t, 1, c.DatabasePasswordVersion)
	require.Empty(t, c.WebOperations)
}

func TestEveryProblemIsReportedAtOnce(t *testing.T) {
	_, err := read(t, map[string]string{
		"gcp:project":                        "",
		"gcp:zone":                           "europe-west1-b",
		"aws:region":                         "virginia",
		"crosscloud:databaseDiskGb":          "5",
		"crosscloud:databaseMachineType":     "big",
		"crosscloud:webAmi":                  "debian",
		"crosscloud:adminCidrs":              `["203.0.113.9/24","10.0.0.0/8","me","2001:db8::/32","192.0.2.1","198.51.100.0/24","198.51.100.0/24"]`,
		"crosscloud:adminSshKeys":            `["ssh-rsa broken"]`,
		"crosscloud:domain":                  "https://todo.example.org",
		"crosscloud:protectData":             "perhaps",
		"crosscloud:adoptWebAddress":         "203.0.113.7",
		"crosscloud:adoptDatabaseAddress":    "our-database",
		"crosscloud:databasePasswordVersion": "0",
		"crosscloud:operations":              `[{"id":"Once","host":"web","kind":"restart"},{"id":"a","host":"mail","kind":"restart"},{"id":"a","host":"database","kind":"reboot"},{"id":"b","host":"web","kind":"restart","args":{"slot":"blue"}},{"host":"web","kind":"restart"}]`,
	})
	require.Error(t, err)
	for _, want := range []string{
		`gcp:project = "": is not set`,
		`gcp:zone = "europe-west1-b": is not a zone of us-east4`,
		`aws:region = "virginia": is not an AWS region`,
		`crosscloud:databaseDiskGb = "5": must be a whole number from 10 to 65536`,
		`crosscloud:databaseMachineType = "big"`,
		`crosscloud:webAmi = "debian"`,
		`crosscloud:adminCidrs[0] = "203.0.113.9/24": has host bits set; did you mean "203.0.113.0/24" or "203.0.113.9/32"?`,
		`crosscloud:adminCidrs[1] = "10.0.0.0/8": is wider than /16`,
		`crosscloud:adminCidrs[2] = "me": is not a CIDR`,
		`crosscloud:adminCidrs[4] = "192.0.2.1": has no prefix length; did you mean "192.0.2.1/32"?`,
		`crosscloud:adminCidrs[3] = "2001:db8::/32": is not IPv4`,
		`crosscloud:adminCidrs[6] = "198.51.100.0/24": is in the list already`,
		`crosscloud:adminSshKeys[0] = "ssh-rsa broken": is not one public key`,
		`crosscloud:domain = "https://todo.example.org"`,
		`crosscloud:protectData = "perhaps": must be true or false`,
		`crosscloud:adoptWebAddress = "203.0.113.7": is not an Elastic IP's allocation id`,
		`crosscloud:adoptDatabaseAddress = "our-database": is not a static address's id`,
		`crosscloud:databasePasswordVersion = "0": must be a whole number from 1`,
		`crosscloud:operations[0].id = "Once": is not 1 to 40 lower-case letters`,
		`crosscloud:operations[1].host = "mail": is neither "web" nor "database"`,
		`crosscloud:operations[2].id = "a": is in the list already`,
		`crosscloud:operations[2].kind = "reboot": is nothing that host database can do; it knows restart`,
		`crosscloud:operations[3].args.slot = "blue": is no argument of restart`,
		`crosscloud:operations[4].id = "": is not 1 to 40`,
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestWideAdminRangesNeedConsent(t *testing.T) {
	c, err := read(t, map[string]string{
		"crosscloud:adminCidrs":     `["10.0.0.0/8","203.0.113.7/32"]`,
		"crosscloud:allowWideAdmin": "true",
	})
	require.NoError(t, err)
	require.Len(t, c.AdminCIDRs, 2)
}

func TestASecretValueIsNotRepeated(t *testing.T) {
	_, err := read(t, map[string]string{"crosscloud:domain": "hunter2!"}, "crosscloud:domain")
	require.ErrorContains(t, err, `crosscloud:domain = "[secret]"`)
	require.NotContains(t, err.Error(), "hunter2")
}

// The clouds refuse these names, but only when half of the stack is there.
func TestTheStacksNameMustSuitEveryCloud(t *testing.T) {
	for _, name := range []string{"local", "a", "eu-2", strings.Repeat("x", 25)} {
		_, err := readAs(t, name, nil)
		require.NoError(t, err, name)
	}
	for _, name := range []string{"Prod", "my_stack", "v1.2", "a--b", "-a", "a-", strings.Repeat("x", 26)} {
		_, err := readAs(t, name, nil)
		require.ErrorContains(t, err, fmt.Sprintf("stack = %q: is ", name))
	}
}

func TestAnAdoptedDiskLiesWhereItsMachineWill(t *testing.T) {
	adopt := func(disk string) error {
		_, err := read(t, map[string]string{"crosscloud:adoptDataDisk": disk})
		return err
	}
	require.NoError(t, adopt("projects/my-project-123/zones/us-east4-a/disks/pgdata"))
	require.ErrorContains(t, adopt("projects/my-project-123/zones/us-east4-b/disks/pgdata"), "is not in gcp:project and gcp:zone")
	require.ErrorContains(t, adopt("projects/my-project-999/zones/us-east4-a/disks/pgdata"), "is not in gcp:project and gcp:zone")
}

func TestAnAdoptedDatabaseAddressLiesInItsRegion(t *testing.T) {
	adopt := func(address string) error {
		_, err := read(t, map[string]string{"crosscloud:adoptDatabaseAddress": address})
		return err
	}
	require.NoError(t, adopt("projects/my-project-123/regions/us-east4/addresses/db"))
	require.ErrorContains(t, adopt("projects/my-project-123/regions/us-east1/addresses/db"), "is not in gcp:project and gcp:region")
	require.ErrorContains(t, adopt("projects/my-project-999/regions/us-east4/addresses/db"), "is not in gcp:project and gcp:region")
}

func TestOperationsReachTheirHostInOrder(t *testing.T) {
	c, err := read(t, map[string]string{"crosscloud:operations": `[
		{"id":"2","host":"web","kind":"restart"},{"id":"db-1","host":"database","kind":"restart"},{"id":"1","host":"web","kind":"restart","args":{}}]`})
	require.NoError(t, err)
	require.Equal(t, []operation.Operation{{ID: "db-1", Kind: "restart"}}, c.DatabaseOperations)
	require.Len(t, c.WebOperations, 2)
	require.Equal(t, "2", c.WebOperations[0].ID)

	_, err = read(t, map[string]string{"crosscloud:operations": `["restart"]`})
	require.ErrorContains(t, err, "crosscloud:operations = ", "not a list of operations")
}
