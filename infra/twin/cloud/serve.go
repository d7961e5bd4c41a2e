package cloud

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// Serve answers the engine on a free port of 127.0.0.1 until ctx ends. The port is what PULUMI_DEBUG_PROVIDERS wants.
func Serve(ctx context.Context, p Provider) (port int, err error) {
	s, err := newServer(p)
	if err != nil {
		return 0, err
	}
	stop := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(g *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(g, wire{plugin.NewProviderServer(s)})
			return nil
		},
	})
	if err != nil {
		return 0, fmt.Errorf("serve provider %s: %w", p.Name, err)
	}
	go func() {
		select {
		case <-ctx.Done():
			_ = s.SignalCancellation(ctx) // the server waits for what is under way
			close(stop)
			<-handle.Done
		case <-handle.Done:
		}
	}()
	return handle.Port, nil
}

// wire is the library's server, with what its diffs leave out: that there are details at all, without which the engine
// discards them, and that a deletion can force a replacement.
type wire struct {
	pulumirpc.ResourceProviderServer
}

func (w wire) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	diff, err := w.ResourceProviderServer.Diff(ctx, req)
	if err != nil {
		return nil, err
	}
	diff.HasDetailedDiff = true
	for _, path := range diff.Replaces {
		if change := diff.DetailedDiff[path]; change.GetKind() == pulumirpc.PropertyDiff_DELETE {
			change.Kind = pulumirpc.PropertyDiff_DELETE_REPLACE
		}
	}
	return diff, nil
}
