package cloud

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"crosscloud/infra/twin/state"
)

// Resource is what a Kind of any types looks like to the server.
type Resource interface {
	token() string
	shape() shape
	check(req plugin.CheckRequest) (plugin.CheckResponse, error)
	diff(req plugin.DiffRequest) (plugin.DiffResult, error)
	create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error)
	read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error)
	update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error)
	delete(ctx context.Context, req plugin.DeleteRequest) error
}

func (k Kind[In, Out]) token() string { return k.Token }

func (k Kind[In, Out]) shape() shape {
	return shape{reflect.TypeFor[In](), reflect.TypeFor[Out](), k.Required}
}

func (k Kind[In, Out]) check(req plugin.CheckRequest) (plugin.CheckResponse, error) {
	inputs := withoutInternal(req.News)
	if err := k.autoname(inputs, req); err != nil {
		return plugin.CheckResponse{}, err
	}
	if err := k.keep(req.Olds, inputs); err != nil {
		return plugin.CheckResponse{}, err
	}
	in, failures := decode[In](inputs)
	failures = append(append(missing(inputs, k.Required), oneOf(inputs, k.OneOf)...), failures...)
	if k.Normalize != nil {
		in = k.Normalize(req.URN.Name(), in)
		inputs = overlay(inputs, encode(in))
	}
	// The kind's own rules would only repeat, in other words, that an argument is missing or of the wrong type.
	if len(failures) == 0 && k.Check != nil {
		failures = k.Check(in)
	}
	return plugin.CheckResponse{Properties: inputs, Failures: pluginFailures(failures)}, nil
}

func (k Kind[In, Out]) diff(req plugin.DiffRequest) (plugin.DiffResult, error) {
	replace := k.Replace
	if k.Update == nil {
		replace = names[In]()
	}
	ignore := append(slices.Clone(req.IgnoreChanges), k.Ignore...)
	deleteFirst := k.deleteFirst(req.OldInputs, req.NewInputs)
	news := req.NewInputs
	if k.Alike != nil {
		old, _ := decode[In](req.OldInputs)
		in, _ := decode[In](news)
		news = overlay(news, encode(k.Alike(old, in)))
	}
	olds := req.OldInputs.Copy()
	if err := k.chosen(olds, req.OldOutputs, news); err != nil {
		return plugin.DiffResult{}, err
	}
	result, err := difference(olds, news, replace, ignore, deleteFirst)
	if err != nil || k.ReplaceIf == nil {
		return result, err
	}
	old, _ := decode[Out](req.OldOutputs)
	in, _ := decode[In](req.NewInputs)
	for _, property := range k.ReplaceIf(old, in) {
		result.Changes = plugin.DiffSome
		result.DeleteBeforeReplace = deleteFirst
		result.DetailedDiff[property] = plugin.PropertyDiff{Kind: plugin.DiffUpdateReplace}
	}
	return result, nil
}

// try runs the kind's own preview, for which all arguments have to be known.
func (k Kind[In, Out]) try(ctx context.Context, name string, inputs resource.PropertyMap) error {
	if k.Preview == nil || inputs.ContainsUnknowns() {
		return nil
	}
	in, failures := decode[In](inputs)
	if len(failures) > 0 {
		return failureError(failures)
	}
	return k.Preview(ctx, name, in)
}

func (k Kind[In, Out]) create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	if req.Preview {
		return plugin.CreateResponse{Properties: k.preview(nil, req.Properties)}, k.try(ctx, req.URN.Name(), req.Properties)
	}
	in, failures := decode[In](req.Properties)
	if len(failures) > 0 {
		return plugin.CreateResponse{}, failureError(failures)
	}
	id, out, err := k.Create(ctx, req.URN.Name(), in)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	return plugin.CreateResponse{ID: resource.ID(id), Properties: conceal(encode(out), req.Properties, k.Secret)}, nil
}

func (k Kind[In, Out]) read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	if k.Read == nil {
		if len(req.State) == 0 {
			return plugin.ReadResponse{}, fmt.Errorf("%s: exists only in a stack's state and can't be imported", k.Token)
		}
		return found(req.ID, req.Inputs, req.State), nil
	}
	out, err := k.Read(ctx, string(req.ID))
	if errors.Is(err, state.ErrNotFound) {
		return plugin.ReadResponse{}, nil
	}
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	outputs := conceal(conceal(encode(out), req.State, k.Secret), req.Inputs, nil)
	inputs := keepEmpty(req.Inputs, only(outputs, names[In]()))
	if err := k.leave(req.Inputs, inputs); err != nil {
		return plugin.ReadResponse{}, err
	}
	if marks, ok := req.Inputs[defaultsKey]; ok {
		inputs[defaultsKey] = marks
	}
	return found(req.ID, inputs, outputs), nil
}

func found(id resource.ID, inputs, outputs resource.PropertyMap) plugin.ReadResponse {
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: id, Inputs: inputs, Outputs: outputs}}
}

func (k Kind[In, Out]) update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	if req.Preview {
		return plugin.UpdateResponse{Properties: k.preview(req.OldOutputs, req.NewInputs)}, k.try(ctx, req.URN.Name(), req.NewInputs)
	}
	if k.Update == nil {
		return plugin.UpdateResponse{}, fmt.Errorf("%s: can't be changed in place", k.Token)
	}
	in, failures := decode[In](req.NewInputs)
	if len(failures) > 0 {
		return plugin.UpdateResponse{}, failureError(failures)
	}
	// What an older version of the kind wrote may have outputs that this one lacks; that is no reason to stop.
	old, _ := decode[Out](req.OldOutputs)
	out, err := k.Update(ctx, string(req.ID), old, in)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	return plugin.UpdateResponse{Properties: conceal(encode(out), req.NewInputs, k.Secret)}, nil
}

func (k Kind[In, Out]) delete(ctx context.Context, req plugin.DeleteRequest) error {
	if k.Delete == nil {
		return nil
	}
	old, _ := decode[Out](req.Outputs)
	if err := k.Delete(ctx, string(req.ID), old); err != nil && !errors.Is(err, state.ErrNotFound) {
		return err
	}
	return nil
}

// preview returns the outputs as far as they can be told before anything is done.
func (k Kind[In, Out]) preview(olds, inputs resource.PropertyMap) resource.PropertyMap {
	inputs = withoutInternal(inputs)
	outputs := inputs.Copy()
	arguments := names[In]()
	for _, name := range names[Out]() {
		key := resource.PropertyKey(name)
		if slices.Contains(arguments, name) {
			if _, given := inputs[key]; given || !slices.Contains(k.Keep, name) {
				continue
			}
			if old, ok := olds[key]; ok {
				outputs[key] = old
			} else if olds == nil {
				outputs[key] = unknown() // the cloud will choose it
			}
			continue
		}
		if old, ok := olds[key]; ok && slices.Contains(k.Stable, name) {
			outputs[key] = old
		} else {
			outputs[key] = unknown()
		}
	}
	return conceal(outputs, inputs, k.Secret)
}

func missing(inputs resource.PropertyMap, required []string) []Failure {
	var failures []Failure
	for _, name := range required {
		if v, given := inputs[resource.PropertyKey(name)]; !given || v.IsNull() {
			failures = append(failures, Failure{name, fmt.Sprintf("Missing required argument: %q is required, but no value was given", name)})
		}
	}
	return failures
}

func oneOf(inputs resource.PropertyMap, groups [][]string) []Failure {
	var failures []Failure
	for _, group := range groups {
		given := slices.DeleteFunc(slices.Clone(group), func(name string) bool {
			v, given := inputs[resource.PropertyKey(name)]
			return !given || v.IsNull()
		})
		switch {
		case len(given) == 0:
			failures = append(failures, Failure{group[0], fmt.Sprintf("one of %q must be specified", group)})
		case len(given) > 1:
			failures = append(failures, Failure{group[0], fmt.Sprintf("only one of %q can be specified, but %q were specified", group, given)})
		}
	}
	return failures
}

func pluginFailures(failures []Failure) []plugin.CheckFailure {
	var all []plugin.CheckFailure
	for _, f := range failures {
		all = append(all, plugin.CheckFailure{Property: resource.PropertyKey(f.Property), Reason: f.Reason})
	}
	return all
}

func failureError(failures []Failure) error {
	var all []error
	for _, f := range failures {
		all = append(all, fmt.Errorf("%s: %s", f.Property, f.Reason))
	}
	return errors.Join(all...)
}
