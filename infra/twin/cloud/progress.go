package cloud

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// Progress returns a writer for what a long operation has to tell while it runs: the engine shows each line beside the
// resource until the next one. Outside of an operation of the engine the lines go nowhere.
func Progress(ctx context.Context) io.Writer {
	if w, ok := ctx.Value(progressKey{}).(io.Writer); ok {
		return w
	}
	return io.Discard
}

type progressKey struct{}

// engine is the one whose run the provider is part of.
type engine struct {
	mu     sync.Mutex
	client pulumirpc.EngineClient
	conn   io.Closer
}

// attach turns to the engine of another run.
func (e *engine) attach(address string) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.conn != nil {
		_ = e.conn.Close()
	}
	e.client, e.conn = pulumirpc.NewEngineClient(conn), conn
	return nil
}

// show tells a line to the engine. Progress is a courtesy: an engine that does not listen is no reason to fail.
func (e *engine) show(ctx context.Context, urn resource.URN, line string) {
	e.mu.Lock()
	client := e.client
	e.mu.Unlock()
	if client == nil {
		return
	}
	_, _ = client.Log(ctx, &pulumirpc.LogRequest{
		Severity: pulumirpc.LogSeverity_INFO, Urn: string(urn), Message: line, Ephemeral: true,
	})
}

// withProgress makes Progress write to the engine, line by line, in the name of one resource.
func (e *engine) withProgress(ctx context.Context, urn resource.URN) context.Context {
	return context.WithValue(ctx, progressKey{}, &lines{show: func(line string) { e.show(ctx, urn, line) }})
}

// lines calls show for every whole line that is written.
type lines struct {
	mu   sync.Mutex
	rest []byte
	show func(line string)
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		// A builder colours its errors, which would colour the rest of the engine's line.
		if text := strings.TrimSpace(ansi.Strip(string(line))); text != "" {
			l.show(text)
		}
		l.rest = rest
	}
}
