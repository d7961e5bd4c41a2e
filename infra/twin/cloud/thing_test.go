package cloud

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// ThingArgs and Thing are a kind with one of everything that the protocol has to handle.
type ThingArgs struct {
	Name     string            `json:"name"`
	Prefix   string            `json:"namePrefix,omitempty"`
	Size     int               `json:"size"`
	Zone     string            `json:"zone,omitempty"`
	Password string            `json:"password,omitempty"`
	Parts    []Part            `json:"parts,omitempty"`
	Labels   map[string]string `json:"labels,omitempty"`
	Source   *asset.Asset      `json:"source,omitempty"`
	Frozen   *bool             `json:"frozen,omitempty"`
}

type Part struct {
	Port  int    `json:"port"`
	Image string `json:"image,omitempty"`
}

type Thing struct {
	ThingArgs
	Address  string `json:"address"`
	Key      string `json:"key"`
	Revision int    `json:"revision"`
}

const thingToken = "test:index/thing:Thing"

// things is a cloud with nothing but things in it.
type things struct{ store *state.Store }

func newThings(t *testing.T) things { return things{state.Open(t.TempDir())} }

func (c things) kind() Kind[ThingArgs, Thing] {
	return Kind[ThingArgs, Thing]{
		Token:               thingToken,
		Required:            []string{"size"},
		Replace:             []string{"zone", "parts[*].image"},
		Keep:                []string{"frozen", "labels.owner"},
		DeleteBeforeReplace: true,
		Autoname:            "name",
		AutonamePrefix:      "namePrefix",
		Secret:              []string{"key"},
		Stable:              []string{"address", "key"},
		Normalize: func(_ string, in ThingArgs) ThingArgs {
			if in.Zone == "" {
				in.Zone = "a"
			}
			return in
		},
		Check: func(in ThingArgs) []Failure {
			if in.Size > 100 {
				return []Failure{{"size", fmt.Sprintf("must be at most 100, got %d", in.Size)}}
			}
			return nil
		},
		Create: func(_ context.Context, _ string, in ThingArgs) (string, Thing, error) {
			if in.Labels["fail"] != "" {
				return "", Thing{}, errors.New("no capacity")
			}
			thing := Thing{ThingArgs: in, Address: "198.18.0.9", Key: "k", Revision: 1}
			return in.Name, thing, state.Put(c.store, in.Name, thing)
		},
		Read: func(_ context.Context, id string) (Thing, error) { return state.Get[Thing](c.store, id) },
		Update: func(_ context.Context, id string, old Thing, in ThingArgs) (Thing, error) {
			thing := old
			thing.ThingArgs = in
			thing.Revision++
			return thing, state.Put(c.store, id, thing)
		},
		Delete: func(_ context.Context, id string, _ Thing) error { return state.Delete[Thing](c.store, id) },
	}
}

type lookupArgs struct {
	Name string `json:"name"`
}

type lookupResult struct {
	lookupArgs
	Size     int    `json:"size"`
	Password string `json:"password"`
}

func (c things) lookup() Function[lookupArgs, lookupResult] {
	return Function[lookupArgs, lookupResult]{
		Token:    "test:index/getThing:getThing",
		Required: []string{"name"},
		Secret:   []string{"password"},
		Call: func(_ context.Context, in lookupArgs) (lookupResult, error) {
			thing, err := state.Get[Thing](c.store, in.Name)
			return lookupResult{in, thing.Size, thing.Password}, err
		},
	}
}

func (c things) provider() Provider {
	return Provider{Name: "test", Version: "1.2.3", Resources: []Resource{c.kind()}, Functions: []Invoke{c.lookup()}}
}

func (c things) change(t *testing.T, name string, change func(*Thing)) {
	require.NoError(t, state.Update(c.store, name, func(v Thing, err error) (Thing, error) {
		change(&v)
		return v, err
	}))
}
