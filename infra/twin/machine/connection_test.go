package machine

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/images"
)

// hold opens a connection to an HTTP server. The function that it returns asks for a page on this connection, and ends
// it; it gives the start of the answer, which is empty if none came.
func hold(t *testing.T, e *Engine, from, to netip.Addr, port int) func() string {
	t.Helper()
	name := e.object("holder")
	run := func(args ...string) string {
		out, err := docker(t.Context(), nil, args...)
		require.NoError(t, err, string(out))
		return string(out)
	}
	run("run", "--detach", "--name", name, "--label", e.label(), "--network", e.network(), "--ip", from.String(), images.Debian, "bash", "-c", fmt.Sprintf(
		`exec 3<>/dev/tcp/%s/%d || exit; touch /held; until [ -e /ask ]; do sleep 0.1; done
printf 'GET / HTTP/1.0\r\n\r\n' >&3; timeout 3 head -c 4 <&3 >/answer; touch /over; sleep infinity`, to, port))
	wait := func(file string) {
		eventually(t, func() error {
			_, err := docker(t.Context(), nil, "exec", name, "test", "-e", file)
			return err
		})
	}
	wait("/held")
	return func() string {
		run("exec", name, "touch", "/ask")
		wait("/over")
		answer := run("exec", name, "cat", "/answer")
		run("rm", "--force", name)
		return answer
	}
}
