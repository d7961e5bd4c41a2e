// Package database is the GCP side: one VM that runs PostgreSQL 17 on a disk of its own, reachable over the
// internet by the web host and by administrators, and by nobody else.
//
// The VM is never edited by hand. Its metadata holds a fixed start-up script and one document, the desired
// state, which an agent on the VM applies whenever it changes; boot/ has the files that run there.
package database

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"crosscloud/infra/operation"
)

// What the server is asked to have. The owner cannot log in; the login roles, todo_a and todo_b, act as the owner.
const (
	databaseName = "todo"
	ownerName    = "todo"
	loginPrefix  = "todo_"
	port         = 5432
)

// Args is what the database depends on.
type Args struct {
	Address *Address // reserved by ReserveAddress

	Region, Zone string // of GCP; the zone lies in the region, and in the address's
	MachineType  string // for example "e2-small"

	// Image names an exact boot image, "projects/P/global/images/NAME", and changing it replaces the VM.
	// Empty means the newest of Debian 13 when the VM is first created, and from then on the one it has.
	Image string

	DiskGB int // size of the data disk, in units of 2^30 bytes; it can grow and not shrink

	// AdoptDisk is the id of an existing data disk, "projects/P/zones/Z/disks/NAME", that becomes this
	// stack's, with the data on it. Empty means a new disk.
	AdoptDisk string

	ProtectData bool // refuse to delete the data disk, and leave it behind if the stack is forced to go

	WebHost pulumi.StringInput // IPv4 address that the app connects from

	AdminCIDRs   []netip.Prefix // optional; IPv4 networks that may reach PostgreSQL, too
	SSHFrom      []netip.Prefix // optional; IPv4 networks that may reach port 22
	AdminSSHKeys []string       // of the user admin: lines of authorized_keys

	// PasswordVersion counts the app's passwords; the next number makes a new one, two steps retire a leaked one.
	// 0 means 1. A version that is left out changes the password in use, before the app is told.
	PasswordVersion int

	Operations []operation.Operation // run once each, in this order, after the host has converged
}

func (a *Args) check() error {
	if a == nil {
		return errors.New("no arguments")
	}
	var problems []error
	missing := func(name string, is bool) {
		if is {
			problems = append(problems, fmt.Errorf("%s is not set", name))
		}
	}
	missing("Address", a.Address == nil)
	missing("Region", a.Region == "")
	missing("Zone", a.Zone == "")
	missing("MachineType", a.MachineType == "")
	missing("DiskGB", a.DiskGB <= 0)
	missing("WebHost", a.WebHost == nil)
	if a.PasswordVersion < 0 {
		problems = append(problems, fmt.Errorf("PasswordVersion is %d, and counts from 1", a.PasswordVersion))
	}
	return errors.Join(problems...)
}

// Database is the component. The certificate authority is the stack's own: only CACertificate vouches for the
// server, so a client must be given it (libpq and pgx: sslrootcert).
type Database struct {
	pulumi.ResourceState

	Address       pulumi.StringOutput // IPv4
	CACertificate pulumi.StringOutput // PEM
	// DatabaseURL is secret. It demands TLS with a verified certificate and channel binding, and has no
	// sslrootcert: where the CA's file lies, each client's host decides.
	DatabaseURL pulumi.StringOutput
	Revision    pulumi.StringOutput // SHA-256 of the bundle that the VM is to apply
	DiskID      pulumi.StringOutput // for AdoptDisk of another stack

	// The host publishes its status document, JSON, as this object in Cloud Storage.
	StatusBucket, StatusObject pulumi.StringOutput

	name string
	args *Args
}

// New creates the database host and what it needs.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Database, error) {
	if err := args.check(); err != nil {
		return nil, fmt.Errorf("database %q: %w", name, err)
	}
	db := &Database{name: name, args: args}
	if err := ctx.RegisterComponentResource("crosscloud:database:Database", name, db, opts...); err != nil {
		return nil, fmt.Errorf("register %q: %w", name, err)
	}
	clients := db.clients()
	network, err := newNetwork(ctx, db, clients)
	if err != nil {
		return nil, err
	}
	trust, err := newTrust(ctx, db)
	if err != nil {
		return nil, err
	}
	logins, err := newLogins(ctx, db)
	if err != nil {
		return nil, err
	}
	identity, err := newIdentity(ctx, db, trust.serverKey)
	if err != nil {
		return nil, err
	}
	status, err := newStatus(ctx, db, identity)
	if err != nil {
		return nil, err
	}
	disk, err := newDataDisk(ctx, db)
	if err != nil {
		return nil, err
	}
	desired := newDesired(db, clients, trust, logins, identity, status)
	if err := newInstance(ctx, db, network, identity, status, disk, desired); err != nil {
		return nil, err
	}

	db.Address = args.Address.IPv4
	db.CACertificate = trust.caCertificate
	db.DatabaseURL = logins.current.url(db.Address)
	db.Revision = desired.revision
	db.DiskID = disk.ID().ToStringOutput()
	db.StatusBucket = status.bucket
	db.StatusObject = status.object.Name
	if err := ctx.RegisterResourceOutputs(db, pulumi.Map{
		"address":       db.Address,
		"caCertificate": db.CACertificate,
		"databaseUrl":   db.DatabaseURL,
		"revision":      db.Revision,
		"diskId":        db.DiskID,
		"statusBucket":  db.StatusBucket,
		"statusObject":  db.StatusObject,
	}); err != nil {
		return nil, fmt.Errorf("register outputs of %q: %w", name, err)
	}
	return db, nil
}

// options returns a child's options, in a slice of its own. The APIs must be enabled before anything else.
func (db *Database) options(more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return append([]pulumi.ResourceOption{
		pulumi.Parent(db),
		pulumi.DependsOn([]pulumi.Resource{db.args.Address}),
	}, more...)
}

// clients is the one list that the firewall and pg_hba.conf are both made from.
func (db *Database) clients() pulumi.StringArrayOutput {
	return db.args.WebHost.ToStringOutput().ApplyT(func(address string) ([]string, error) {
		web, err := netip.ParseAddr(address)
		if err != nil || !web.Is4() {
			return nil, fmt.Errorf("the web host's address %q is not an IPv4 address", address)
		}
		return append([]string{address + "/32"}, texts(db.args.AdminCIDRs)...), nil
	}).(pulumi.StringArrayOutput)
}

func texts(prefixes []netip.Prefix) []string {
	var list []string
	for _, prefix := range prefixes {
		list = append(list, prefix.String())
	}
	return list
}
