// Package machine runs VMs on a Docker engine: a VM is a container that boots systemd, with an address, a firewall and
// disks of its own.
package machine

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/images"
)

// The vocabulary of the kinds, whose cloud.Machines an Engine is.
type (
	Spec       = cloud.Spec
	Attachment = cloud.Attachment
	Status     = cloud.Status
)

var _ cloud.Machines = (*Engine)(nil)

// ErrNotFound means that there is no such machine, disk or network.
var ErrNotFound = errors.New("not found")

// Engine is one instance of the twin on the Docker engine that the docker command reaches.
type Engine struct {
	name   string
	dir    string // .twin/NAME: this instance's files
	images *images.Builder
	subnet netip.Prefix
}

var validName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)

// New returns the instance called name, whose files are in a directory of that name in dir. Nothing is started.
func New(dir, name string, images *images.Builder) (*Engine, error) {
	if !validName.MatchString(name) {
		return nil, fmt.Errorf("twin name %q: want up to 20 of a-z, 0-9 and -, a letter first", name)
	}
	dir, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	return &Engine{name: name, dir: dir, images: images}, os.MkdirAll(dir, 0o755)
}

// Dir is the instance's directory.
func (e *Engine) Dir() string { return e.dir }

// object names a docker object of this instance.
func (e *Engine) object(parts string) string { return "crosscloud-" + e.name + "-" + parts }

// network is the name of the instance's only network.
func (e *Engine) network() string { return "crosscloud-" + e.name }

// label marks every docker object of this instance, so that Down finds them whatever became of the state.
func (e *Engine) label() string { return "crosscloud.twin=" + e.name }

// machineDir has the files that the container of a machine sees under /twin/boot.
func (e *Engine) machineDir(name string) string { return filepath.Join(e.dir, "machines", name) }

// Exec runs a command in a machine and returns what it printed. It is for the twin and its tests: an operator's command
// must not use a way that a real cloud does not have.
func (e *Engine) Exec(ctx context.Context, name string, stdin []byte, cmd ...string) ([]byte, error) {
	return docker(ctx, stdin, append([]string{"exec", "-i", e.object(name)}, cmd...)...)
}
