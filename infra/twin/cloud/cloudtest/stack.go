// Package cloudtest drives a provider as the engine does, over gRPC, without the engine: a stack of resources that
// remembers what it was told.
package cloudtest

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"crosscloud/infra/twin/cloud"
)

// The ways in which Up brings a resource to its arguments.
const (
	Created  = "created"
	Updated  = "updated"
	Replaced = "replaced"
	Same     = "same"
)

// Resource is what the stack knows of one resource.
type Resource struct {
	ID      string
	Inputs  resource.PropertyMap
	Outputs resource.PropertyMap
	Change  string // what the last Up did
	Diff    map[string]*pulumirpc.PropertyDiff

	urn string
}

// Output returns an output's plain value, secret or not.
func (r Resource) Output(property string) any {
	return plain(r.Outputs[resource.PropertyKey(property)])
}

// Secret says whether an output is marked as secret.
func (r Resource) Secret(property string) bool {
	return r.Outputs[resource.PropertyKey(property)].IsSecret()
}

// Stack is a set of resources of one provider.
type Stack struct {
	// DeleteBeforeReplace is the resource option of this name, for all resources; nil leaves it to the provider.
	DeleteBeforeReplace *bool

	t         *testing.T
	provider  cloud.Provider
	client    pulumirpc.ResourceProviderClient
	resources map[string]*Resource
}

// New serves the provider until the test ends and configures it.
func New(t *testing.T, p cloud.Provider, config map[string]string) *Stack {
	t.Helper()
	port, err := cloud.Serve(t.Context(), p)
	require.NoError(t, err)
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	s := &Stack{t: t, provider: p, client: pulumirpc.NewResourceProviderClient(conn), resources: map[string]*Resource{}}
	_, err = s.client.Handshake(t.Context(), &pulumirpc.ProviderHandshakeRequest{EngineAddress: "127.0.0.1:1"})
	require.NoError(t, err)
	args := resource.PropertyMap{}
	for k, v := range config {
		args[resource.PropertyKey(k)] = resource.NewStringProperty(v)
	}
	_, err = s.client.Configure(t.Context(), &pulumirpc.ConfigureRequest{AcceptSecrets: true, Args: s.pack(args)})
	require.NoError(t, err)
	return s
}

// Beside returns another stack of the same provider. One stack makes one resource at a time, as its test goes on; the
// engine makes many.
func (s *Stack) Beside() *Stack {
	return &Stack{t: s.t, provider: s.provider, client: s.client, resources: map[string]*Resource{}}
}

// Get returns a resource that Up has made.
func (s *Stack) Get(name string) Resource {
	s.t.Helper()
	require.Contains(s.t, s.resources, name)
	return *s.resources[name]
}

// Up brings the named resource to the arguments: it checks them, compares, and then creates, updates, replaces or
// leaves it.
func (s *Stack) Up(token, name string, args map[string]any) (Resource, error) {
	s.t.Helper()
	r, known := s.resources[name]
	if !known {
		r = &Resource{urn: "urn:pulumi:test::crosscloud::" + token + "::" + name}
	}
	inputs, err := s.check(r, args)
	if err != nil {
		return Resource{}, err
	}
	change := Created
	deleteFirst := false
	if known {
		if change, deleteFirst, err = s.diff(r, inputs); err != nil {
			return Resource{}, err
		}
	}
	switch change {
	case Replaced:
		if inputs, err = s.check(&Resource{urn: r.urn}, args); err != nil { // a new resource: nothing is kept of the old one
			return Resource{}, err
		}
		err = s.replace(r, inputs, deleteFirst)
	case Created:
		err = s.create(r, inputs)
	case Updated:
		err = s.update(r, inputs)
	}
	if err != nil {
		return Resource{}, err
	}
	r.Inputs, r.Change = inputs, change
	s.resources[name] = r
	return *r, nil
}

// MustUp is Up where the test has nothing to show if it fails.
func (s *Stack) MustUp(token, name string, args map[string]any) Resource {
	s.t.Helper()
	r, err := s.Up(token, name, args)
	require.NoError(s.t, err)
	return r
}

// Preview returns the outputs that an Up would show beforehand.
func (s *Stack) Preview(token, name string, args map[string]any) (resource.PropertyMap, error) {
	s.t.Helper()
	r, known := s.resources[name]
	if !known {
		r = &Resource{urn: "urn:pulumi:test::crosscloud::" + token + "::" + name}
	}
	inputs, err := s.check(r, args)
	if err != nil {
		return nil, err
	}
	if known {
		res, err := s.client.Update(s.t.Context(), &pulumirpc.UpdateRequest{
			Urn: r.urn, Id: r.ID, Preview: true,
			Olds: s.pack(r.Outputs), News: s.pack(inputs), OldInputs: s.pack(r.Inputs),
		})
		return s.unpack(res.GetProperties()), err
	}
	res, err := s.client.Create(s.t.Context(), &pulumirpc.CreateRequest{Urn: r.urn, Properties: s.pack(inputs), Preview: true})
	return s.unpack(res.GetProperties()), err
}

// Adopt takes what exists in the cloud into the stack, as an import does, or as what it is known as by now.
func (s *Stack) Adopt(token, name, id string) Resource {
	s.t.Helper()
	r := &Resource{ID: id, urn: "urn:pulumi:test::crosscloud::" + token + "::" + name}
	s.resources[name] = r
	require.True(s.t, s.Refresh(name), "there is no %s %s", token, id)
	return *r
}

// Refresh reads the resource as it is now. It says false, and forgets the resource, if there is none any more.
func (s *Stack) Refresh(name string) bool {
	s.t.Helper()
	r := s.resources[name]
	res, err := s.client.Read(s.t.Context(), &pulumirpc.ReadRequest{
		Urn: r.urn, Id: r.ID, Properties: s.pack(r.Outputs), Inputs: s.pack(r.Inputs),
	})
	require.NoError(s.t, err)
	if res.Id == "" {
		delete(s.resources, name)
		return false
	}
	r.Inputs, r.Outputs = s.unpack(res.Inputs), s.unpack(res.Properties)
	return true
}

// Destroy deletes the resource.
func (s *Stack) Destroy(name string) error {
	s.t.Helper()
	if err := s.remove(s.resources[name]); err != nil {
		return err
	}
	delete(s.resources, name)
	return nil
}

// Call invokes a function.
func (s *Stack) Call(token string, args map[string]any) (map[string]any, error) {
	s.t.Helper()
	res, err := s.client.Invoke(s.t.Context(), &pulumirpc.InvokeRequest{
		Tok: token, Args: s.pack(resource.NewPropertyMapFromMap(args)),
	})
	if err == nil {
		err = refused(res.Failures)
	}
	if err != nil {
		return nil, err
	}
	return s.unpack(res.Return).Mappable(), nil
}

var wire = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, ComputeAssetHashes: true}
