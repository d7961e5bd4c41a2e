package database

import (
	"net/netip"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/monitortest"
)

// The secrets of a stack, distinct enough to be searched for. The key is as long as a real one is, and in lines.
const (
	plantedPassword  = "Canary5Password7w1thL3ttersAndD1gits9012"
	plantedCAKey     = "-----BEGIN EC PRIVATE KEY-----\nQ0FOQVJZK0NBL0tFWStNQVRFUklBTD09\n-----END EC PRIVATE KEY-----\n"
	plantedServerKey = "-----BEGIN EC PRIVATE KEY-----\nQ0FOQVJZK1NFUlZFUi9LRVkrTUFURVJJ\n-----END EC PRIVATE KEY-----\n"

	databaseAddress = "203.0.113.20"
	webAddress      = "198.51.100.7"

	statusBucket = "crosscloud-test-db-status-0a1b2c3d"
)

const newestDebian = "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-13-trixie-v20260101"

// computed is what the providers would add.
func computed(token, name string, inputs resource.PropertyMap) resource.PropertyMap {
	text := func(key, value string) resource.PropertyMap {
		return resource.PropertyMap{resource.PropertyKey(key): resource.NewStringProperty(value)}
	}
	switch token {
	case "gcp:compute/address:Address":
		return text("address", databaseAddress)
	case "gcp:compute/disk:Disk":
		// It exists, and the engine ignores what the program says of its zone.
		out := text("zone", "us-east4-a")
		out["id"] = resource.NewStringProperty("projects/p/zones/us-east4-a/disks/" + inputs["name"].StringValue())
		return out
	case "gcp:serviceaccount/account:Account":
		return text("email", inputs["accountId"].StringValue()+"@p.iam.gserviceaccount.com")
	case "gcp:secretmanager/secretVersion:SecretVersion":
		return text("name", "projects/p/secrets/s/versions/3")
	case "random:index/randomPassword:RandomPassword":
		return text("result", plantedPassword+inputs["keepers"].ObjectValue()["version"].StringValue())
	case "random:index/randomBytes:RandomBytes":
		return text("base64", "c2l4dGVlbiBieXRlcyArMQ==")
	case "random:index/randomId:RandomId":
		return text("hex", "0a1b2c3d")
	case "tls:index/privateKey:PrivateKey":
		return text("privateKeyPem", map[string]string{"db-ca-key": plantedCAKey, "db-server-key": plantedServerKey}[name])
	case "tls:index/selfSignedCert:SelfSignedCert":
		return text("certPem", "certificate of the authority\n")
	case "tls:index/certRequest:CertRequest":
		return text("certRequestPem", "certificate request\n")
	case "tls:index/locallySignedCert:LocallySignedCert":
		return text("certPem", "certificate of the server\n")
	}
	return nil
}

// outputs are what the program can read of the database.
type outputs struct{ url, caCertificate, revision, diskID, address, statusBucket, statusObject output }

type output struct {
	value  string
	secret bool
}

// deploy runs a program that has nothing but a database.
func deploy(t *testing.T, change func(*Args)) (*monitortest.Monitor, outputs, error) {
	t.Helper()
	m := &monitortest.Monitor{
		Outputs: computed,
		Functions: map[string]func(resource.PropertyMap) (resource.PropertyMap, error){
			"gcp:compute/getImage:getImage": func(args resource.PropertyMap) (resource.PropertyMap, error) {
				assert.Equal(t, map[string]any{"family": "debian-13", "project": "debian-cloud"}, args.Mappable())
				return resource.PropertyMap{"selfLink": resource.NewStringProperty(newestDebian)}, nil
			},
		},
	}
	var out outputs
	err := m.Run(func(ctx *pulumi.Context) error {
		address, err := ReserveAddress(ctx, "db-address", &AddressArgs{Region: "us-east4"})
		if err != nil {
			return err
		}
		args := &Args{
			Address: address, Region: "us-east4", Zone: "us-east4-a",
			MachineType: "e2-small", DiskGB: 20,
			WebHost: pulumi.String(webAddress).ToStringOutput(),
		}
		if change != nil {
			change(args)
		}
		db, err := New(ctx, "db", args)
		if err != nil {
			return err
		}
		// What is exported is waited for.
		record := func(name string, value pulumi.StringOutput, into *output) {
			ctx.Export(name, value.ApplyT(func(v string) string {
				*into = output{v, pulumi.IsSecret(value)}
				return v
			}))
		}
		record("url", db.DatabaseURL, &out.url)
		record("ca", db.CACertificate, &out.caCertificate)
		record("revision", db.Revision, &out.revision)
		record("disk", db.DiskID, &out.diskID)
		record("address", db.Address, &out.address)
		record("status bucket", db.StatusBucket, &out.statusBucket)
		record("status object", db.StatusObject, &out.statusObject)
		return nil
	})
	return m, out, err
}

func mustDeploy(t *testing.T, change func(*Args)) (*monitortest.Monitor, outputs) {
	t.Helper()
	m, out, err := deploy(t, change)
	require.NoError(t, err)
	return m, out
}

func prefixes(cidrs ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, cidr := range cidrs {
		list = append(list, netip.MustParsePrefix(cidr))
	}
	return list
}
