package cloudtest

import (
	"errors"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"
)

// The steps are those that the engine takes of itself: it checks, compares, and then makes what is needed.

func (s *Stack) check(r *Resource, args map[string]any) (resource.PropertyMap, error) {
	res, err := s.client.Check(s.t.Context(), &pulumirpc.CheckRequest{
		Urn: r.urn, Olds: s.pack(r.Inputs), News: s.pack(resource.NewPropertyMapFromMap(args)), RandomSeed: []byte(r.urn),
	})
	if err != nil {
		return nil, err
	}
	return s.unpack(res.Inputs), refused(res.Failures)
}

func (s *Stack) diff(r *Resource, inputs resource.PropertyMap) (change string, deleteFirst bool, err error) {
	res, err := s.client.Diff(s.t.Context(), &pulumirpc.DiffRequest{
		Urn: r.urn, Id: r.ID, Olds: s.pack(r.Outputs), News: s.pack(inputs), OldInputs: s.pack(r.Inputs),
	})
	if err != nil {
		return "", false, err
	}
	r.Diff = res.DetailedDiff
	switch {
	case len(res.Replaces) > 0:
		if s.DeleteBeforeReplace != nil {
			return Replaced, *s.DeleteBeforeReplace, nil
		}
		return Replaced, res.DeleteBeforeReplace, nil
	case res.Changes == pulumirpc.DiffResponse_DIFF_SOME:
		return Updated, false, nil
	default:
		return Same, false, nil
	}
}

func (s *Stack) create(r *Resource, inputs resource.PropertyMap) error {
	res, err := s.client.Create(s.t.Context(), &pulumirpc.CreateRequest{Urn: r.urn, Properties: s.pack(inputs)})
	if err != nil {
		return err
	}
	r.ID, r.Outputs = res.Id, s.unpack(res.Properties)
	return nil
}

func (s *Stack) update(r *Resource, inputs resource.PropertyMap) error {
	res, err := s.client.Update(s.t.Context(), &pulumirpc.UpdateRequest{
		Urn: r.urn, Id: r.ID, Olds: s.pack(r.Outputs), News: s.pack(inputs), OldInputs: s.pack(r.Inputs),
	})
	if err != nil {
		return err
	}
	r.Outputs = s.unpack(res.Properties)
	return nil
}

func (s *Stack) replace(r *Resource, inputs resource.PropertyMap, deleteFirst bool) error {
	old := *r
	if deleteFirst {
		if err := s.remove(&old); err != nil {
			return err
		}
		return s.create(r, inputs)
	}
	if err := s.create(r, inputs); err != nil {
		return err
	}
	return s.remove(&old)
}

func (s *Stack) remove(r *Resource) error {
	_, err := s.client.Delete(s.t.Context(), &pulumirpc.DeleteRequest{
		Urn: r.urn, Id: r.ID, Properties: s.pack(r.Outputs), OldInputs: s.pack(r.Inputs),
	})
	return err
}

func (s *Stack) pack(props resource.PropertyMap) *structpb.Struct {
	packed, err := plugin.MarshalProperties(props, wire)
	require.NoError(s.t, err)
	return packed
}

func (s *Stack) unpack(packed *structpb.Struct) resource.PropertyMap {
	props, err := plugin.UnmarshalProperties(packed, wire)
	require.NoError(s.t, err)
	return props
}

// refused makes an error of what a check found, one line for each.
func refused(failures []*pulumirpc.CheckFailure) error {
	var lines []string
	for _, f := range failures {
		lines = append(lines, f.Property+": "+f.Reason)
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}

func plain(v resource.PropertyValue) any {
	if v.IsSecret() {
		return plain(v.SecretValue().Element)
	}
	return v.Mappable()
}
