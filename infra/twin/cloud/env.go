package cloud

import (
	"context"
	"net/netip"
	"path/filepath"

	"crosscloud/infra/twin/state"
)

// Env is what the kinds of all clouds work with.
type Env struct {
	Store    *state.Store
	Machines Machines
	Dir      string       // the twin's directory, .twin/NAME
	Subnet   netip.Prefix // the twin's public addresses
	Services netip.Addr   // where the services answer
	Hosts    []string     // names that lead to the services from every VM

	Account string // AWS account id
	Region  string // AWS region
	Project string // GCP project id

	// OperatorToken is the password with which an operator's tools log in at the registry.
	OperatorToken func(ctx context.Context) (string, error)
}

// Container is the name of the container that plays a machine, which the machine engine gives it.
func (e Env) Container(machine string) string {
	return "crosscloud-" + filepath.Base(e.Dir) + "-" + machine
}

// Machines is the part of the machine engine that kinds use: one VM is one Debian with its own network card, disks and
// firewall. Names are of the caller's choice and unique in the twin.
type Machines interface {
	Create(ctx context.Context, spec Spec) error
	Start(ctx context.Context, name string) error
	Stop(ctx context.Context, name string) error
	Delete(ctx context.Context, name string) error
	Status(ctx context.Context, name string) (Status, error)

	// SetAddress gives the machine a public address, or takes it away with the zero Addr. Live connections die.
	SetAddress(ctx context.Context, name string, addr netip.Addr) error
	// SetFirewall replaces the whole ruleset at once, without touching connections that it still allows.
	SetFirewall(ctx context.Context, name, ruleset string) error

	// SetDisks gives a machine that is stopped other disks, of those that it was created with; what is not listed is
	// detached, and keeps its contents.
	SetDisks(ctx context.Context, name string, disks []Attachment) error

	CreateDisk(ctx context.Context, name string, sizeGB int) error
	ResizeDisk(ctx context.Context, name string, sizeGB int) error
	DeleteDisk(ctx context.Context, name string) error
	DiskExists(ctx context.Context, name string) (bool, error)
}

// Spec describes a machine that is to be created and booted.
type Spec struct {
	Name     string
	Cloud    string // state.AWS or state.GCP: decides who runs the boot script
	Hostname string
	Address  netip.Addr // public; the zero Addr for none
	Firewall string     // nft ruleset, in force before the first process runs
	Hosts    []string   // names that resolve to the services
	Disks    []Attachment
}

// Attachment puts a disk into a machine under a device name.
type Attachment struct{ Disk, Device string }

// Status is what the machine engine sees.
type Status struct {
	Exists, Running bool
	Address         netip.Addr
}
