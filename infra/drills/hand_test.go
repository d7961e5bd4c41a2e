//go:build drills

package drills

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/aws"
	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/gcp"
	"crosscloud/infra/twin/machine"
	"crosscloud/infra/twin/services"
)

// Where the stack lies: Pulumi.yaml's defaults, and the project of a twin.
const (
	awsRegion  = "us-east-1"
	gcpProject = "crosscloud-twin"
	gcpRegion  = "us-east4"
	gcpZone    = "us-east4-a"
)

// hand is somebody at the clouds' consoles. It calls the same clouds as Pulumi does, so they refuse it what they refuse
// anybody, and Pulumi does not hear of it.
type hand map[string]*cloudtest.Stack

func (s *stack) hand(t *testing.T) hand {
	t.Helper()
	engine, err := machine.New(filepath.Dir(s.dir), twinName, nil) // it makes no images
	require.NoError(t, err)
	require.NoError(t, engine.EnsureNetwork(t.Context()))
	env := cloud.Env{
		Store: s.store(), Machines: engine, Dir: engine.Dir(),
		Subnet: engine.Subnet(), Services: engine.ServicesAddress(), Hosts: services.Hostnames(awsRegion),
		Account: services.Account, Region: awsRegion, Project: gcpProject,
	}
	return hand{
		"aws": cloudtest.New(t, aws.Provider(env), map[string]string{"region": awsRegion}),
		"gcp": cloudtest.New(t, gcp.Provider(env), map[string]string{"project": gcpProject, "region": gcpRegion, "zone": gcpZone}),
	}
}

// change edits the arguments of what is there.
func (h hand) change(t *testing.T, r registered, edit func(args map[string]any)) {
	t.Helper()
	console := h.console(r)
	args := console.Adopt(r.Type, r.name(), r.ID).Inputs.Mappable()
	edit(args)
	changed, err := console.Up(r.Type, r.name(), args)
	require.NoError(t, err)
	require.Equal(t, cloudtest.Updated, changed.Change, "%s is changed in place, or the drill proves nothing", r.URN)
}

// output is one of what the cloud tells of a resource.
func (h hand) output(r registered, property string) any {
	return h.console(r).Adopt(r.Type, r.name(), r.ID).Output(property)
}

func (h hand) delete(t *testing.T, r registered) {
	t.Helper()
	console := h.console(r)
	console.Adopt(r.Type, r.name(), r.ID)
	require.NoError(t, console.Destroy(r.name()))
}

// create makes something outside the stack.
func (h hand) create(t *testing.T, kind, name string, args map[string]any) cloudtest.Resource {
	t.Helper()
	return h.console(registered{Type: kind}).MustUp(kind, name, args)
}

func (h hand) console(r registered) *cloudtest.Stack { return h[r.Type[:3]] }
