package database

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"text/template"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/bundle"
	"crosscloud/infra/operation"
)

//go:embed boot
var boot embed.FS

// desiredState is what the boot files are told, as desired.json beside them. There is no secret in it; a role's
// verifier lets the server check the password and nobody log in.
type desiredState struct {
	Address   string `json:"address"`    // that the certificate is for
	DiskGB    int    `json:"dataDiskGb"` // a larger disk is another desired state, so an update waits for it
	Database  string `json:"database"`
	Owner     string `json:"owner"`
	Roles     []role `json:"roles"`
	ServerKey string `json:"serverKey"` // version of a secret, "projects/P/secrets/S/versions/N"

	AdminSSHKeys []string              `json:"adminSshKeys"` // lines of authorized_keys
	Operations   []operation.Operation `json:"operations"`
	StatusBucket string                `json:"statusBucket"`
	StatusObject string                `json:"statusObject"`

	Clients           []string `json:"-"` // CIDRs, rendered into pg_hba.conf
	CACertificate     string   `json:"-"` // PEM, ca.crt
	ServerCertificate string   `json:"-"` // PEM, server.crt
}

type role struct {
	Name     string `json:"name"`
	Verifier string `json:"verifier"`
}

// maxMetadata is GCP's limit of one metadata value, in bytes.
// https://cloud.google.com/compute/docs/metadata/setting-custom-metadata#limitations
const maxMetadata = 256 << 10

// document returns the value of the metadata key that the agent watches, and its revision.
func (d desiredState) document() (text, revision string, err error) {
	files, err := fs.Sub(boot, "boot")
	if err != nil {
		return "", "", err
	}
	extra, err := d.files(files)
	if err != nil {
		return "", "", err
	}
	packed, err := bundle.Pack(files, extra)
	if err != nil {
		return "", "", err
	}
	value, err := json.Marshal(struct {
		Revision string `json:"revision"`
		Bundle   string `json:"bundle"`
	}{packed.SHA256, base64.StdEncoding.EncodeToString(packed.Bytes)})
	if err != nil {
		return "", "", fmt.Errorf("encode the desired state: %w", err)
	}
	if len(value) > maxMetadata {
		return "", "", fmt.Errorf("the desired state has %d bytes, and GCP takes %d in a metadata value", len(value), maxMetadata)
	}
	return string(value), packed.SHA256, nil
}

// files renders what the bundle has besides the boot files as they are.
func (d desiredState) files(boot fs.FS) (map[string][]byte, error) {
	described, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode desired.json: %w", err)
	}
	text, err := fs.ReadFile(boot, "pg_hba.conf.tmpl")
	if err != nil {
		return nil, err
	}
	hba, err := template.New("pg_hba.conf").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var rules bytes.Buffer
	if err := hba.Execute(&rules, d); err != nil {
		return nil, err
	}
	return map[string][]byte{
		"desired.json": append(described, '\n'),
		"pg_hba.conf":  rules.Bytes(),
		"server.crt":   []byte(d.ServerCertificate),
		"ca.crt":       []byte(d.CACertificate),
	}, nil
}

// startupScript is boot/bootstrap.sh with the functions that it shares with the agent.
func startupScript() (string, error) {
	script, err := boot.ReadFile("boot/bootstrap.sh")
	if err != nil {
		return "", err
	}
	shared, err := boot.ReadFile("boot/desired.sh")
	if err != nil {
		return "", err
	}
	const include = "# @include desired.sh\n"
	if strings.Count(string(script), include) != 1 {
		return "", fmt.Errorf("boot/bootstrap.sh has not exactly one line %q", strings.TrimSpace(include))
	}
	return strings.Replace(string(script), include, string(shared), 1), nil
}

// desired is the document once its parts are known. It is secret, as the verifiers in it are; the revision is not.
type desired struct {
	document pulumi.StringOutput
	revision pulumi.StringOutput
}

func newDesired(db *Database, clients pulumi.StringArrayOutput, t *trust, l *logins, id *identity, st *status) *desired {
	both := pulumi.All(clients, t.caCertificate, t.serverCertificate, l.verifiers(), id.serverKeyVersion, db.args.Address.IPv4, st.bucket).
		ApplyT(func(values []any) ([]string, error) {
			var roles []role
			for i, verifier := range values[3].([]string) {
				roles = append(roles, role{Name: l.roles[i].role, Verifier: verifier})
			}
			text, revision, err := desiredState{
				Address:           values[5].(string),
				DiskGB:            db.args.DiskGB,
				Database:          databaseName,
				Owner:             ownerName,
				Roles:             roles,
				ServerKey:         values[4].(string),
				AdminSSHKeys:      append([]string{}, db.args.AdminSSHKeys...),            // [], not null
				Operations:        append([]operation.Operation{}, db.args.Operations...), // [], not null
				StatusBucket:      values[6].(string),
				StatusObject:      statusObject,
				Clients:           values[0].([]string),
				CACertificate:     values[1].(string),
				ServerCertificate: values[2].(string),
			}.document()
			if err != nil {
				return nil, fmt.Errorf("describe the database host: %w", err)
			}
			return []string{text, revision}, nil
		}).(pulumi.StringArrayOutput)
	return &desired{
		document: both.Index(pulumi.Int(0)),
		// A hash of the verifiers tells nothing about them.
		revision: pulumi.Unsecret(both.Index(pulumi.Int(1))).(pulumi.StringOutput),
	}
}
