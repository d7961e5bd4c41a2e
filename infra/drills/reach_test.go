//go:build drills

package drills

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// A third address is neither host nor administrator. 198.18.0.0/15 is what RFC
// 2544 sets aside for tests; the last 16 networks of a twin belong to strangers.
func aStrangerReachesOnlyTheSite(t *testing.T) {
	web, database := booted.machine(t, state.AWS).Address, booted.machine(t, state.GCP).Address
	stranger := newStranger(t, web)
	for _, try := range []struct {
		host string
		port int
		open bool
	}{
		{web, 443, true}, {web, 80, true},
		{web, 22, false}, {web, 5432, false}, {web, 8001, false}, {web, 8002, false}, {web, 18001, false}, {web, 18002, false},
		{database, 5432, false}, {database, 22, false}, {database, 80, false}, {database, 443, false},
		{database, 8001, false}, {database, 8002, false},
	} {
		require.Equal(t, try.open, connects(t, stranger, "root", try.host, try.port), "%s:%d from a stranger", try.host, try.port)
	}
}

func theWebHostReachesTheDatabase(t *testing.T) {
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	for _, metrics := range []int{18001, 18002} { // not for strangers, see above
		require.True(t, connects(t, web.Container, "root", "127.0.0.1", metrics))
	}
	require.True(t, connects(t, web.Container, "root", database.Address, 5432))
	require.False(t, connects(t, web.Container, "root", database.Address, 22))
}

// The slots run the app's code, the likeliest to be taken over: they must not
// get at the host's credentials or carry anything out.
func aSlotReachesOnlyTheDatabase(t *testing.T) {
	web, database := booted.machine(t, state.AWS), booted.machine(t, state.GCP)
	outside := newStranger(t, web.Address)
	address := addressOf(t, outside)
	docker(t, "exec", "--detach", outside, "python3", "-m", "http.server", "80")
	require.Eventually(t, func() bool { return connects(t, web.Container, "root", address, 80) }, wait, step,
		"the host itself must reach the outside, or the refusals below prove nothing")
	require.True(t, connects(t, web.Container, "root", "169.254.169.254", 80))

	for _, slot := range []string{"10001", "10002"} {
		require.True(t, connects(t, web.Container, slot, database.Address, 5432), "slot %s to the database", slot)
		require.False(t, connects(t, web.Container, slot, "169.254.169.254", 80), "slot %s to the metadata service", slot)
		require.False(t, connects(t, web.Container, slot, address, 80), "slot %s to the internet", slot)
	}
}

// strangers counts them: each has an address of its own.
var strangers int

// newStranger starts a host at an address of its own that no rule names.
func newStranger(t *testing.T, neighbour string) string {
	t.Helper()
	strangers++
	octets := strings.SplitN(neighbour, ".", 3)
	name := fmt.Sprintf("crosscloud-%s-stranger-%d", twinName, strangers)
	docker(t, "run", "--detach", "--name", name, "--label", "crosscloud.twin="+twinName,
		"--network", "crosscloud-"+twinName, "--ip", fmt.Sprintf("%s.%s.240.%d", octets[0], octets[1], strangers),
		"crosscloud-twin/debian-13", "sleep", "infinity")
	t.Cleanup(func() { docker(t, "rm", "--force", "--volumes", name) })
	return name
}

// addressOf is where a stranger comes from.
func addressOf(t *testing.T, stranger string) string {
	t.Helper()
	return strings.TrimSpace(docker(t, "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", stranger))
}

// connects tries a TCP connection from a container under a uid.
func connects(t *testing.T, container, user, host string, port int) bool {
	t.Helper()
	err := exec.Command("docker", "exec", "--user", user, container,
		"timeout", "2", "bash", "-c", fmt.Sprintf("exec 3<>/dev/tcp/%s/%d", host, port)).Run()
	return err == nil
}

func docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("docker", args...).CombinedOutput()
	require.NoError(t, err, "docker %v: %s", args, out)
	return string(out)
}
