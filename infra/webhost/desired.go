package webhost

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/bundle"
	"crosscloud/infra/operation"
	"crosscloud/nginx"
)

// DesiredArgs is what the machine should run. Nothing in it is secret: it names the secret's version only.
type DesiredArgs struct {
	Image              pulumi.StringInput // by digest: "REGISTRY/REPOSITORY@sha256:…"
	Address            pulumi.StringInput // the machine's own public address
	DatabaseAddress    pulumi.StringInput
	DatabaseCA         pulumi.StringInput // PEM; signs the database's certificate
	DatabaseURL        pulumi.StringInput // name of the SSM parameter that has the connection string
	DatabaseURLVersion pulumi.IntInput    // its version
	AdminSSHKeys       []string           // optional; public keys that log in as admin
	// Operations are run once each, in this order, after the machine has converged. At most maxOperations.
	Operations []operation.Operation
}

// maxOperations is how many the status document, which reports on each, has room for within SSM's 4 KB.
const maxOperations = 10

// Packed is a bundle on its way to the machine.
type Packed struct {
	Revision pulumi.StringOutput // SHA-256 of the bundle, in hexadecimal
	Base64   pulumi.StringOutput // the bundle itself
}

// Pack makes the bundle that brings the machine to the state that args describes: boot files, nginx's configuration
// and desired.json.
func Pack(args DesiredArgs) Packed {
	packed := pulumi.All(args.Image, args.Address, args.DatabaseAddress, args.DatabaseCA, args.DatabaseURL,
		args.DatabaseURLVersion).ApplyT(func(values []any) (bundle.Bundle, error) {
		return pack(desired{
			Image:        values[0].(string),
			Address:      values[1].(string),
			Database:     endpoint{Address: values[2].(string), Port: databasePort},
			DatabaseCA:   values[3].(string),
			DatabaseURL:  secret{Parameter: values[4].(string), Version: values[5].(int)},
			Slots:        slots,
			AdminSSHKeys: args.AdminSSHKeys,
			Operations:   args.Operations,
		})
	}).(pulumi.AnyOutput)
	return Packed{
		Revision: packed.ApplyT(func(b any) string { return b.(bundle.Bundle).SHA256 }).(pulumi.StringOutput),
		Base64: packed.ApplyT(func(b any) string {
			return base64.StdEncoding.EncodeToString(b.(bundle.Bundle).Bytes)
		}).(pulumi.StringOutput),
	}
}

const databasePort = 5432

// slots are the two places that the app runs in. A user id of its own lets the machine's firewall tell a slot's
// traffic from everything else's; the ids are above what Debian gives to people and below what it gives to services
// with dynamic users.
var slots = []slot{
	{Name: "blue", Port: 8001, UID: 10001},
	{Name: "green", Port: 8002, UID: 10002},
}

// desired is desired.json, which converge reads.
type desired struct {
	Image        string   `json:"image"`
	Address      string   `json:"address"`
	Database     endpoint `json:"database"`
	DatabaseCA   string   `json:"databaseCa"`
	DatabaseURL  secret   `json:"databaseUrl"`
	Slots        []slot   `json:"slots"`
	AdminSSHKeys []string `json:"adminSshKeys"`

	Operations []operation.Operation `json:"operations"`
}

type endpoint struct {
	Address string `json:"address"`
	Port    int    `json:"port"`
}

type secret struct {
	Parameter string `json:"parameter"`
	Version   int    `json:"version"`
}

type slot struct {
	Name string `json:"name"`
	Port int    `json:"port"`
	UID  int    `json:"uid"`
}

func pack(d desired) (bundle.Bundle, error) {
	if !strings.Contains(d.Image, "@sha256:") {
		return bundle.Bundle{}, fmt.Errorf("desired state: image %q is not named by digest", d.Image)
	}
	if d.AdminSSHKeys == nil {
		d.AdminSSHKeys = []string{}
	}
	if d.Operations == nil {
		d.Operations = []operation.Operation{}
	}
	if len(d.Operations) > maxOperations {
		return bundle.Bundle{}, fmt.Errorf("desired state: %d operations for the web host, and its status reports on %d: remove old ones",
			len(d.Operations), maxOperations)
	}
	document, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return bundle.Bundle{}, fmt.Errorf("desired state: %w", err)
	}
	extra := map[string][]byte{"desired.json": append(document, '\n')}
	err = fs.WalkDir(nginx.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(nginx.Files, name)
		extra[path.Join("nginx", name)] = content
		return err
	})
	if err != nil {
		return bundle.Bundle{}, fmt.Errorf("desired state: nginx files: %w", err)
	}
	return bundle.Pack(hostFiles(), extra)
}
