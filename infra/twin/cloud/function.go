package cloud

import (
	"context"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Invoke is what a Function of any types looks like to the server.
type Invoke interface {
	token() string
	shape() shape
	invoke(ctx context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error)
}

func (f Function[In, Out]) token() string { return f.Token }

func (f Function[In, Out]) shape() shape {
	return shape{reflect.TypeFor[In](), reflect.TypeFor[Out](), f.Required}
}

func (f Function[In, Out]) invoke(ctx context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	args := withoutInternal(req.Args)
	in, failures := decode[In](args)
	if failures = append(missing(args, f.Required), failures...); len(failures) > 0 {
		return plugin.InvokeResponse{Failures: pluginFailures(failures)}, nil
	}
	out, err := f.Call(ctx, in)
	if err != nil {
		return plugin.InvokeResponse{}, err
	}
	return plugin.InvokeResponse{Properties: conceal(encode(out), args, f.Secret)}, nil
}
