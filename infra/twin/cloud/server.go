package cloud

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// server is one provider, as Pulumi's provider library wants it.
type server struct {
	plugin.UnimplementedProvider

	provider  Provider
	version   semver.Version
	resources map[string]Resource
	functions map[string]Invoke

	engine engine

	mu     sync.Mutex
	cancel context.CancelFunc // of the operations under way
	life   context.Context    // they all end with it
}

func newServer(p Provider) (*server, error) {
	version, err := semver.ParseTolerant(p.Version)
	if err != nil {
		return nil, fmt.Errorf("version of provider %s: %w", p.Name, err)
	}
	s := &server{provider: p, version: version, resources: map[string]Resource{}, functions: map[string]Invoke{}}
	s.life, s.cancel = context.WithCancel(context.Background())
	for _, r := range p.Resources {
		s.resources[r.token()] = r
	}
	for _, f := range p.Functions {
		s.functions[f.token()] = f
	}
	return s, nil
}

func (s *server) Pkg() tokens.Package { return tokens.Package(s.provider.Name) }

func (s *server) Handshake(context.Context, plugin.ProviderHandshakeRequest) (*plugin.ProviderHandshakeResponse, error) {
	return &plugin.ProviderHandshakeResponse{AcceptSecrets: true, SupportsAutonamingConfiguration: false}, nil
}

// Attach remembers the engine, which shows the progress of long operations.
func (s *server) Attach(address string) error { return s.engine.attach(address) }

func (s *server) Close() error { return nil }

// SignalCancellation ends what is under way. One server outlives many runs of the engine, so the next one starts fresh.
func (s *server) SignalCancellation(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cancel()
	s.life, s.cancel = context.WithCancel(context.Background())
	return nil
}

// operation returns the context of one call: it ends with the call, at the time limit (in seconds, 0 for none) that the
// program sets on the resource, and when the engine cancels.
func (s *server) operation(ctx context.Context, urn resource.URN, seconds float64) (context.Context, context.CancelFunc) {
	ctx = s.engine.withProgress(ctx, urn)
	s.mu.Lock()
	defer s.mu.Unlock()
	var cancel context.CancelFunc
	if seconds > 0 {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(seconds*float64(time.Second)))
	} else {
		ctx, cancel = context.WithCancel(ctx)
	}
	stop := context.AfterFunc(s.life, cancel)
	return ctx, func() { stop(); cancel() }
}

func (s *server) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	return plugin.PluginInfo{Version: &s.version}, nil
}

func (s *server) GetSchema(context.Context, plugin.GetSchemaRequest) (plugin.GetSchemaResponse, error) {
	text, err := schema(s.provider)
	return plugin.GetSchemaResponse{Schema: text}, err
}

func (s *server) CheckConfig(_ context.Context, req plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: req.News}, nil
}

func (s *server) DiffConfig(_ context.Context, req plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	// A provider that changes never means that its resources are replaced: there is one twin, whatever the settings.
	return difference(req.OldInputs, req.NewInputs, nil, req.IgnoreChanges, false)
}

func (s *server) Configure(_ context.Context, req plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	if s.provider.Configure == nil {
		return plugin.ConfigureResponse{}, nil
	}
	config := map[string]string{}
	for k, v := range revealAll(req.Inputs) {
		switch {
		case v.ContainsUnknowns():
		case v.IsString():
			config[string(k)] = v.StringValue()
		default:
			text, err := json.Marshal(v.Mappable())
			if err != nil {
				return plugin.ConfigureResponse{}, fmt.Errorf("configure %s: %s: %w", s.provider.Name, k, err)
			}
			config[string(k)] = string(text)
		}
	}
	if err := s.provider.Configure(config); err != nil {
		return plugin.ConfigureResponse{}, fmt.Errorf("configure %s: %w", s.provider.Name, err)
	}
	return plugin.ConfigureResponse{}, nil
}

func (s *server) kind(urn resource.URN) (Resource, error) {
	kind, ok := s.resources[string(urn.Type())]
	if !ok {
		return nil, status.Errorf(codes.InvalidArgument, "provider %s of the twin does not have the resource type %q",
			s.provider.Name, urn.Type())
	}
	return kind, nil
}

func (s *server) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	kind, err := s.kind(req.URN)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	return kind.check(req)
}

func (s *server) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResult, error) {
	kind, err := s.kind(req.URN)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	return kind.diff(req)
}

func (s *server) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	kind, err := s.kind(req.URN)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	ctx, done := s.operation(ctx, req.URN, req.Timeout)
	defer done()
	return kind.create(ctx, req)
}

func (s *server) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	kind, err := s.kind(req.URN)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	ctx, done := s.operation(ctx, req.URN, 0)
	defer done()
	return kind.read(ctx, req)
}

func (s *server) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	kind, err := s.kind(req.URN)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	ctx, done := s.operation(ctx, req.URN, req.Timeout)
	defer done()
	return kind.update(ctx, req)
}

func (s *server) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	kind, err := s.kind(req.URN)
	if err != nil {
		return plugin.DeleteResponse{}, err
	}
	ctx, done := s.operation(ctx, req.URN, req.Timeout)
	defer done()
	return plugin.DeleteResponse{}, kind.delete(ctx, req)
}

func (s *server) Invoke(ctx context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	function, ok := s.functions[string(req.Tok)]
	if !ok {
		return plugin.InvokeResponse{}, status.Errorf(codes.InvalidArgument, "provider %s of the twin does not have the function %q",
			s.provider.Name, req.Tok)
	}
	ctx, done := s.operation(ctx, "", 0)
	defer done()
	return function.invoke(ctx, req)
}
