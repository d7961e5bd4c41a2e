package database

import (
	"maps"
	"net/netip"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// recorder stands in for the engine and the providers: it keeps what was registered and answers as they would.
type recorder struct {
	mu        sync.Mutex
	resources map[string]registered // by logical name
	looked    []pulumi.MockCallArgs
}

type registered struct {
	token   string
	inputs  resource.PropertyMap
	id      string
	options options
}

type options struct {
	parent, importID                               string
	protect, retainOnDelete, deleteBeforeReplace   bool
	ignoreChanges, dependencies, additionalSecrets []string
}

// The secrets of a stack, distinct enough to be searched for. The key is as long as a real one is, and in lines.
const (
	plantedPassword  = "Canary5Password7w1thL3ttersAndD1gits9012"
	plantedCAKey     = "-----BEGIN EC PRIVATE KEY-----\nQ0FOQVJZK0NBL0tFWStNQVRFUklBTD09\n-----END EC PRIVATE KEY-----\n"
	plantedServerKey = "-----BEGIN EC PRIVATE KEY-----\nQ0FOQVJZK1NFUlZFUi9LRVkrTUFURVJJ\n-----END EC PRIVATE KEY-----\n"

	databaseAddress = "203.0.113.20"
	webAddress      = "198.51.100.7"
)

func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	out := maps.Clone(args.Inputs)
	if out == nil {
		out = resource.PropertyMap{}
	}
	text := func(key, value string) { out[resource.PropertyKey(key)] = resource.NewStringProperty(value) }
	id := args.Name + "-id"
	switch args.TypeToken {
	case "gcp:compute/address:Address":
		text("address", databaseAddress)
	case "gcp:compute/disk:Disk":
		id = "projects/p/zones/us-east4-a/disks/" + args.Inputs["name"].StringValue()
	case "gcp:serviceaccount/account:Account":
		text("email", args.Inputs["accountId"].StringValue()+"@p.iam.gserviceaccount.com")
	case "gcp:secretmanager/secretVersion:SecretVersion":
		text("name", "projects/p/secrets/s/versions/3")
	case "random:index/randomPassword:RandomPassword":
		text("result", plantedPassword)
	case "random:index/randomBytes:RandomBytes":
		text("base64", "c2l4dGVlbiBieXRlcyArMQ==")
	case "tls:index/privateKey:PrivateKey":
		text("privateKeyPem", map[string]string{"db-ca-key": plantedCAKey, "db-server-key": plantedServerKey}[args.Name])
	case "tls:index/selfSignedCert:SelfSignedCert":
		text("certPem", "certificate of the authority\n")
	case "tls:index/certRequest:CertRequest":
		text("certRequestPem", "certificate request\n")
	case "tls:index/locallySignedCert:LocallySignedCert":
		text("certPem", "certificate of the server\n")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	rpc := args.RegisterRPC
	r.resources[args.Name] = registered{token: args.TypeToken, inputs: args.Inputs, id: id, options: options{
		parent:              rpc.GetParent(),
		importID:            rpc.GetImportId(),
		protect:             rpc.GetProtect(),
		retainOnDelete:      rpc.GetRetainOnDelete(),
		deleteBeforeReplace: rpc.GetDeleteBeforeReplace(),
		ignoreChanges:       rpc.GetIgnoreChanges(),
		dependencies:        rpc.GetDependencies(),
		additionalSecrets:   rpc.GetAdditionalSecretOutputs(),
	}}
	return id, out, nil
}

func (r *recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.looked = append(r.looked, args)
	return resource.PropertyMap{
		"selfLink": resource.NewStringProperty("https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-13-trixie-v20260101"),
	}, nil
}

// outputs are what the program can read of the database.
type outputs struct{ url, password, caCertificate, revision, diskID, address output }

type output struct {
	value  string
	secret bool
}

// deploy runs the program on a stack of the given name.
func deploy(t *testing.T, stack string, change func(*Args)) (*recorder, outputs, error) {
	t.Helper()
	r := &recorder{resources: map[string]registered{}}
	var out outputs
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
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
		record("password", db.Connection.Password, &out.password)
		record("ca", db.CACertificate, &out.caCertificate)
		record("revision", db.Revision, &out.revision)
		record("disk", db.DiskID, &out.diskID)
		record("address", db.Address, &out.address)
		return nil
	}, pulumi.WithMocks("crosscloud", stack, r))
	return r, out, err
}

func mustDeploy(t *testing.T, change func(*Args)) (*recorder, outputs) {
	t.Helper()
	r, out, err := deploy(t, "prod", change)
	require.NoError(t, err)
	return r, out
}

func (r *recorder) get(t *testing.T, name string) registered {
	t.Helper()
	found, ok := r.resources[name]
	require.True(t, ok, "no resource %q was registered", name)
	return found
}

func prefixes(cidrs ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, cidr := range cidrs {
		list = append(list, netip.MustParsePrefix(cidr))
	}
	return list
}

// plain is a property's value without the marks of secrets and outputs, as JSON-like Go values.
func plain(v resource.PropertyValue) any {
	return v.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return plain(v.SecretValue().Element), true
		}
		if v.IsOutput() {
			return plain(v.OutputValue().Element), true
		}
		return nil, false
	})
}

func key(name string) resource.PropertyKey { return resource.PropertyKey(name) }
