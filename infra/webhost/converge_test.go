package webhost

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hops are those that the gate knows, in their order.
var hops = strings.Fields("seen packages agent ssh accounts egress secret image certificate nginx migrate blue green site")

// bundled makes a bundle around the real converge and status.sh, under a root of its own, in which every step succeeds but
// the function $breaks, which does $how. It prints what is published.
func bundled(t *testing.T) (dir string, converge func(settings string) []string) {
	t.Helper()
	dir = t.TempDir()
	here := filepath.Join(dir, "r1")
	for _, sub := range []string{"r1/agent", "r1/lib", "etc"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, sub), 0o755))
	}
	rooted := strings.NewReplacer("/run/", dir+"/run/", "/etc/crosscloud", dir+"/etc", "/var/lib/crosscloud", dir)
	for _, name := range []string{"converge", "agent/apt.sh", "agent/status.sh"} {
		text, err := os.ReadFile("boot/" + name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(here, name), []byte(rooted.Replace(string(text))), 0o755))
	}
	parts, err := filepath.Glob("boot/lib/*.sh")
	require.NoError(t, err)
	for _, part := range parts {
		set(t, here, strings.TrimPrefix(part, "boot/"), "")
	}
	set(t, dir, "ticks", "tick\n")
	set(t, dir, "etc/agent.env", "STATUS_PARAMETER=/status\n")
	set(t, here, "agent/aws.sh", `
log_in() { :; }
get_parameter() { echo '{"Value": "{}"}'; }
uptime_seconds() { [[ ${fast:-} ]] || echo tick >>"$data/ticks"; echo "$((2 * $(wc -l <"$data/ticks")))"; }
put_parameter() {
  case ${deaf:-} in yes) return 1 ;; once) [[ -e $data/heard ]] || { touch "$data/heard"; return 1; } ;; esac
  tee "$data/parameter" | jq --raw-output '"\(.state) \(.hops | last | .name)"' >&2
}
for function in install_packages install_agent install_admin_keys create_accounts restrict_egress fetch_secret pull_image \
  keep_certificate refuse_failed install_nginx migrate_database visit_site note_served prune_images run_operations; do
  eval "$function() { [[ \${breaks:-} != $function ]] || eval \"\$how\"; }"
done
roll_slot() { [[ ! -e $data/dead ]]; }
operated=''
roll_out() { step blue roll_slot; step green roll_slot; }
running_digest() { echo sha256:1; }
served_certificate() { echo PEM; }
`)
	return dir, func(settings string) []string {
		return shell(t, dir, "", settings+` CONVERGE_LOG="$world/log" bash "$world/r1/converge" 2>&1 | tee "$world/log" || true`)
	}
}

func TestARunPublishesEveryHopOfANewRevision(t *testing.T) {
	dir, converge := bundled(t)
	var want []string
	for _, hop := range hops {
		want = append(want, "converging "+hop)
	}
	assert.Equal(t, append(want, "serving site"), converge(""))
	var names []string
	for _, hop := range published(t, dir).Hops {
		assert.True(t, hop.OK, hop.Name)
		names = append(names, hop.Name)
	}
	assert.Equal(t, hops, names)
	assert.Contains(t, contents(dir, "parameter"), `"digest":"sha256:1"`)

	assert.Equal(t, []string{"serving site"}, converge(""), "of an old revision, only the outcome")
}

// SSM takes three writes a second.
func TestHopsWithinASecondArePublishedTogether(t *testing.T) {
	dir, converge := bundled(t)
	assert.Equal(t, []string{"converging seen", "serving site"}, converge("export fast=yes;"))
	assert.Len(t, published(t, dir).Hops, len(hops))
}

func TestARunThatFailsIsTriedAgainWithItsReasonInSight(t *testing.T) {
	dir, converge := bundled(t)
	const broken = `breaks=pull_image how='echo "no such image"; return 1'; export breaks how;`
	assert.Equal(t, "retrying image", last(converge(broken)))
	d := published(t, dir)
	assert.Equal(t, "image", d.Hops[len(d.Hops)-1].Name)
	assert.False(t, d.Hops[len(d.Hops)-1].OK)
	assert.Contains(t, d.Error, "no such image")
	assert.Contains(t, d.Log, "no such image")

	assert.Equal(t, []string{"no such image", "retrying image"}, converge(broken))
	said := converge("")
	assert.Equal(t, "converging image", said[0], "only what comes after the error replaces it")
	assert.Equal(t, "serving site", last(said))
	assert.Empty(t, published(t, dir).Error)
}

// Permissions take a while, and the agent says so until the bundle comes.
func TestAFirstRunIsPublishedWhateverTheAgentSaidBefore(t *testing.T) {
	dir, converge := bundled(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "run/crosscloud"), 0o755))
	set(t, dir, "run/crosscloud/published.json", `{"revision": "r1", "state": "retrying", "error": "s3 GetObject", "hops": [{"name": "seen", "ok": true}]}`)
	assert.Equal(t, "converging seen", converge("")[0])
}

func TestARunEndsAsWaitingOrFailed(t *testing.T) {
	for _, c := range []struct{ how, state string }{
		{`detail="the database does not answer"; error=words; exit 75`, "waiting"},
		{`detail=bad; error=words; exit 3`, "failed"},
	} {
		dir, converge := bundled(t)
		assert.Equal(t, c.state+" migrate", last(converge(`breaks=migrate_database how='`+c.how+`'; export breaks how;`)))
		assert.Equal(t, "words", published(t, dir).Error)
	}
}

// Bash enters the EXIT trap with the code of the command before the signal.
func TestARunThatASignalEndsDoesNotServe(t *testing.T) {
	for _, signal := range []string{"HUP", "INT", "PIPE", "TERM"} {
		dir, converge := bundled(t)
		assert.Equal(t, "retrying image", last(converge(`breaks=pull_image how='true; kill -`+signal+` $$; true'; export breaks how;`)))
		assert.False(t, published(t, dir).Hops[7].OK)
		assert.Equal(t, "exit code 143", published(t, dir).Hops[7].Detail)
	}
}

// The agent comes back soon to a run that ended with an error only.
func TestAnOutcomeThatNobodyHeardIsAnError(t *testing.T) {
	_, converge := bundled(t)
	ends := func(settings string) string {
		return last(converge(settings + `export deaf; { bash "$world/r1/converge" >/dev/null 2>&1; echo "ended with $?"; }; exit;`))
	}
	assert.Equal(t, "ended with 0", ends(""))
	assert.Equal(t, "ended with 1", ends("deaf=yes;"))
	assert.Equal(t, "ended with 0", ends("deaf=once;"), "it is said twice, as SSM takes three words a second from all of an account")
	const bad = `breaks=migrate_database how='exit 3'; export breaks how;`
	assert.Equal(t, "ended with 3", ends(bad))
	assert.Equal(t, "ended with 1", ends(bad+"deaf=yes;"))
}

func TestAnOperationThatWaitsTakesNoHopBack(t *testing.T) {
	dir, converge := bundled(t)
	assert.Equal(t, "retrying operations", last(converge(`breaks=run_operations how='detail=later error=later; return 1'; export breaks how;`)))
	hops := published(t, dir).Hops
	for _, hop := range hops[:len(hops)-1] {
		assert.True(t, hop.OK, hop.Name)
	}
	assert.False(t, hops[len(hops)-1].OK)
	assert.Equal(t, "later", hops[len(hops)-1].Detail)
	assert.Equal(t, "later", published(t, dir).Error)
}

func TestWhatAnOperationLeavesIsLookedAt(t *testing.T) {
	const operate = `breaks=run_operations export breaks; export how='operated=yes;`
	dir, converge := bundled(t)
	assert.Equal(t, "serving site", last(converge(operate+`'; `)))
	assert.Equal(t, "retrying blue", last(converge(operate+` touch "$data/dead"'; `)))
	assert.Equal(t, "exit code 1", published(t, dir).Hops[len(published(t, dir).Hops)-1].Detail)
}
