//go:build drills

package drills

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// killer is the directory, in a VM, of the script that kills converge, and of what it notes.
const killer = "/var/lib/drill"

// armKiller has systemd start the agent of a VM, from its next start on, with a script that kills converge after each
// visible change, and makes the agent impatient. It is done from outside: the hosts know nothing of it.
func armKiller(t *testing.T, container string) {
	t.Helper()
	copyInto(t, container, "testdata/kill.sh", killer+"/kill.sh")
	copyInto(t, container, "testdata/kill.conf", "/etc/systemd/system/crosscloud-agent.service.d/drill.conf")
}

// disarmKiller starts the agent without it.
func disarmKiller(t *testing.T, container string) {
	t.Helper()
	docker(t, "exec", container, "rm", "-r", "/etc/systemd/system/crosscloud-agent.service.d")
	docker(t, "exec", container, "systemctl", "daemon-reload")
	docker(t, "exec", container, "systemctl", "restart", "crosscloud-agent")
}

// kill is one time that converge was killed, or came to the same change again and was spared.
type kill struct {
	place, said string // FILE:LINE of the step, and what would have been said
	spared      bool
}

// kills are those of a VM, in their order.
func kills(t *testing.T, m state.Machine) []kill {
	t.Helper()
	var list []kill
	for line := range strings.Lines(inside(t, m, "cat", killer+"/killed")) {
		parts := strings.SplitN(strings.TrimSpace(line), " ", 3)
		list = append(list, kill{filepath.Clean(parts[1]), parts[2], parts[0] == "spared"})
	}
	return list
}

// A step announces a change, or puts a file in its place, or takes it away, which announces that.
var stepLine = regexp.MustCompile(`^(?:.*[|&;] )?(?:changed|put|place_file|remove_file) [^#]`)

// steps are the places in a host's scripts where a change is made that somebody outside could see, with the lines that stand
// there.
func steps(t *testing.T, boot string) map[string]string {
	t.Helper()
	out, err := exec.Command("grep", "--recursive", "--line-number", "--exclude=files.sh", "", boot).Output()
	require.NoError(t, err)
	places := map[string]string{}
	for line := range strings.Lines(string(out)) {
		parts := strings.SplitN(line, ":", 3)
		if text := strings.TrimSpace(parts[2]); stepLine.MatchString(text) {
			file, err := filepath.Rel(boot, parts[0])
			require.NoError(t, err)
			places[file+":"+parts[1]] = text
		}
	}
	return places
}

// diedEverywhere asserts that converge was killed at each step of its scripts, except where it could not: unmet gives the
// reason by its line. And that each run went a step further than the one before, except where it is meant
// to make the same change again: repeated gives the reason.
func diedEverywhere(t *testing.T, boot string, killed []kill, unmet, repeated map[string]string) {
	t.Helper()
	died := map[string]int{}
	places := steps(t, boot)
	require.NotEmpty(t, places)
	for _, k := range killed {
		require.Contains(t, places, k.place, "converge was killed where there is no step: %s", k.said)
		died[k.place]++
		if k.spared {
			require.Contains(t, repeated, places[k.place], "%s/%s: two runs made the same change: %s", boot, k.place, k.said)
		}
		t.Logf("%s: killed at %s: %s", boot, k.place, k.said)
	}
	excused := map[string]bool{}
	for place, line := range places {
		if died[place] == 0 {
			assert.Contains(t, unmet, line, "%s/%s: converge was never killed there", boot, place)
			excused[line] = true
			t.Logf("%s: not killed at %s, %s: %s", boot, place, line, unmet[line])
		}
	}
	for line := range unmet {
		assert.True(t, excused[line], "%s: there is no step %s, or converge was killed there after all", boot, line)
	}
	require.False(t, t.Failed())
}
