// Package door is the way from a browser on the user's machine to the web host: a TCP forwarder, so that TLS ends where
// it does on a cloud.
package door

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"crosscloud/infra/twin/state"
)

// dialTimeout is how long a visitor waits for a host whose firewall drops what comes.
const dialTimeout = 5 * time.Second

// Target names where a new connection goes.
type Target func() (address string, err error)

// Serve forwards every connection until the context ends, and then ends those that are under way.
func Serve(ctx context.Context, listener net.Listener, target Target, log *slog.Logger) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var connections sync.WaitGroup
	defer connections.Wait()
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	for {
		visitor, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			cancel()
			return err
		}
		connections.Go(func() {
			if err := forward(ctx, visitor.(*net.TCPConn), target); err != nil {
				log.Info("the door leads nowhere", "error", err)
			}
		})
	}
}

func forward(ctx context.Context, visitor *net.TCPConn, target Target) error {
	defer visitor.Close()
	address, err := target()
	if err != nil {
		return err
	}
	connection, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	host := connection.(*net.TCPConn)
	defer host.Close()
	stop := context.AfterFunc(ctx, func() { _ = errors.Join(visitor.Close(), host.Close()) })
	defer stop()
	var both sync.WaitGroup
	both.Go(func() { pass(host, visitor) })
	both.Go(func() { pass(visitor, host) })
	both.Wait()
	return nil
}

// pass copies one direction and then says that no more will come, while the other direction may go on.
func pass(to, from *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		_ = errors.Join(to.Close(), from.Close()) // a reset on one side is passed on to the other
		return
	}
	_ = to.CloseWrite()
}

// WebHost is a port of the running machine on AWS that has a public address. Of several it is the youngest.
func WebHost(s *state.Store, port int) Target {
	return func() (string, error) {
		machines, err := state.List[state.Machine](s)
		if err != nil {
			return "", err
		}
		var host state.Machine
		for _, m := range machines {
			if m.Cloud == state.AWS && m.Running && m.Address != "" && (host.ID == "" || m.Created.After(host.Created)) {
				host = m
			}
		}
		if host.ID == "" {
			return "", fmt.Errorf("a running machine on AWS with a public address: %w", state.ErrNotFound)
		}
		return net.JoinHostPort(host.Address, strconv.Itoa(port)), nil
	}
}
