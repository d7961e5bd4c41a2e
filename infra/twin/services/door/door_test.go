package door

import (
	"context"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// open serves a door to a target and returns its address; the door has closed when the test ends.
func open(t *testing.T, target Target) (address string, shut context.CancelFunc) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, listener, target, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			assert.NoError(t, err)
		case <-time.After(5 * time.Second):
			t.Error("the door does not close")
		}
	})
	return listener.Addr().String(), cancel
}

func dial(t *testing.T, address string) *net.TCPConn {
	c, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(5*time.Second)))
	return c.(*net.TCPConn)
}

// echo answers with all that a connection sent, once that has ended.
func echo(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				all, _ := io.ReadAll(c)
				_, _ = c.Write(all)
			}()
		}
	}()
	return listener.Addr().String()
}

func TestForwardsBothWays(t *testing.T) {
	host := echo(t)
	address, _ := open(t, func() (string, error) { return host, nil })
	c := dial(t, address)
	_, err := c.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, c.CloseWrite())
	got, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "hello", string(got), "the answer comes after the visitor has finished")
}

func TestClosesWhenNobodyIsThere(t *testing.T) {
	address, _ := open(t, WebHost(state.Open(t.TempDir()), 443))
	got, err := io.ReadAll(dial(t, address))
	require.NoError(t, err)
	assert.Empty(t, got)
}

func TestShutEndsConnections(t *testing.T) {
	host := echo(t)
	address, shut := open(t, func() (string, error) { return host, nil })
	c := dial(t, address)
	_, err := c.Write([]byte("x"))
	require.NoError(t, err)
	time.Sleep(50 * time.Millisecond)
	shut()
	_, err = c.Read(make([]byte, 1))
	assert.Error(t, err)
}

func TestWebHost(t *testing.T) {
	s := state.Open(t.TempDir())
	target := WebHost(s, 443)
	born := time.Unix(1_700_000_000, 0)
	for _, m := range []state.Machine{
		{ID: "gcp", Cloud: state.GCP, Address: "198.18.32.1", Running: true, Created: born.Add(time.Hour)},
		{ID: "stopped", Cloud: state.AWS, Address: "198.18.16.1", Created: born.Add(time.Hour)},
		{ID: "private", Cloud: state.AWS, Running: true, Created: born.Add(time.Hour)},
	} {
		require.NoError(t, state.Put(s, m.ID, m))
	}
	_, err := target()
	require.ErrorIs(t, err, state.ErrNotFound)

	require.NoError(t, state.Put(s, "old", state.Machine{ID: "old", Cloud: state.AWS, Address: "198.18.16.2", Running: true, Created: born}))
	require.NoError(t, state.Put(s, "new", state.Machine{ID: "new", Cloud: state.AWS, Address: "198.18.16.3", Running: true, Created: born.Add(time.Minute)}))
	address, err := target()
	require.NoError(t, err)
	assert.Equal(t, "198.18.16.3:443", address)
}
