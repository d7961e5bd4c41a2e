// Package monitortest runs a part of the program against a monitor that records what it registers.
//
// Tests assert on the recorded inputs: an assertion inside an Apply whose output nobody reads would never run.
package monitortest

import (
	"fmt"
	"maps"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// Monitor stands in for the engine and the providers.
type Monitor struct {
	// Outputs returns what a provider would add to a resource's inputs; optional. An "id" among them is the resource's id.
	Outputs func(token, name string, inputs resource.PropertyMap) resource.PropertyMap
	// Functions answer invokes, by token; a function that is not here is an error.
	Functions map[string]func(args resource.PropertyMap) (resource.PropertyMap, error)

	mu        sync.Mutex
	resources []Resource
}

// Resource is one registration.
type Resource struct {
	Token, Name string
	Custom      bool
	Inputs      resource.PropertyMap
	Options     *pulumirpc.RegisterResourceRequest
}

// Run runs the program as the stack "test" of the project "crosscloud".
func (m *Monitor) Run(program pulumi.RunFunc, options ...pulumi.RunOption) error {
	return pulumi.RunErr(program, append(options, pulumi.WithMocks("crosscloud", "test", m))...)
}

// Preview is the option that makes Run a preview.
func Preview(info *pulumi.RunInfo) { info.DryRun = true }

// NewResource implements pulumi.MockResourceMonitor.
func (m *Monitor) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.resources = append(m.resources, Resource{args.TypeToken, args.Name, args.Custom, args.Inputs, args.RegisterRPC})
	out := maps.Clone(args.Inputs)
	if out == nil {
		out = resource.PropertyMap{}
	}
	if m.Outputs != nil {
		maps.Copy(out, m.Outputs(args.TypeToken, args.Name, args.Inputs))
	}
	if id, given := out["id"]; given {
		return id.StringValue(), out, nil
	}
	return args.Name + "-id", out, nil
}

// Call implements pulumi.MockResourceMonitor.
func (m *Monitor) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	function, known := m.Functions[args.Token]
	if !known {
		return nil, fmt.Errorf("the test answers no %s", args.Token)
	}
	return function(args.Args)
}

// Resources are the registrations, in their order.
func (m *Monitor) Resources() []Resource {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.resources
}

// Of returns the resources of one type.
func (m *Monitor) Of(token string) []Resource {
	var found []Resource
	for _, r := range m.Resources() {
		if r.Token == token {
			found = append(found, r)
		}
	}
	return found
}

// One returns the only resource of a type.
func (m *Monitor) One(t testing.TB, token string) Resource {
	t.Helper()
	found := m.Of(token)
	require.Len(t, found, 1, token)
	return found[0]
}

// Named returns the resource of a logical name.
func (m *Monitor) Named(t testing.TB, name string) Resource {
	t.Helper()
	for _, r := range m.Resources() {
		if r.Name == name {
			return r
		}
	}
	require.Failf(t, "not registered", "no resource %q", name)
	return Resource{}
}

// Plain returns a resource's inputs as plain values, secrets opened.
func (r Resource) Plain() map[string]any {
	return r.Inputs.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return plain(v.SecretValue().Element), true
		}
		return nil, false
	})
}

func plain(v resource.PropertyValue) any {
	return resource.PropertyMap{"v": v}.Mappable()["v"]
}

// Secret tells whether an input is marked secret.
func (r Resource) Secret(key string) bool {
	return r.Inputs[resource.PropertyKey(key)].ContainsSecrets()
}
