package webhost

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// agent/agent.sh with an SSM, a bundle and a converge of the test's own: $ends is what converge does, and $serves is how it tells that it serves.
const agentWorld = `
set -euo pipefail
DESIRED_PARAMETER=/desired STATUS_PARAMETER=/status
. <(sed -e '/^here=/d' -e '/^\. "/d' -e '/^"\${1/d' "$boot/agent/agent.sh")
. "$boot/agent/status.sh"
newest=$(printf 'a%.0s' {1..64})
bundles=$world/bundles run=$world log=$world/converge.log
status_file=$world/status.json published_file=$world/published.json operations_file=$world/operations.json
say() { printf '%s\n' "$*"; }
log_in() { :; }
get_parameter() {
  if [[ $1 == /desired ]]; then
    jq --null-input --arg revision "$newest" '{Value: ({revision: $revision, bucket: "b", key: "k"} | tojson)}'
  else
    printf '{"Value": "{}"}'
  fi
}
put_parameter() { tee "$world/parameter" | jq --raw-output '"publish \(.state): \(.hops | map(.name) | join(" ")) (\(.error))"'; }
program() { [[ ${empty:-} ]] || printf '#!/bin/bash\n%s\n' "$ends"; }
fetch() {
  [[ ! -d $bundles/$1 ]] || return 0
  say "fetch"
  [[ -z ${missing:-} ]] || { echo 's3 GetObject k: AccessDenied' >&2; return 1; }
  mkdir -p "$bundles/$1"
  program >"$bundles/$1/converge"
  chmod +x "$bundles/$1/converge"
}
serves="jq --null-input '{revision: \"$newest\", state: \"serving\", hops: []}' >'$status_file'"
set +e
`

func TestARevisionIsAnnouncedBeforeItsBundleIsFetched(t *testing.T) {
	dir := t.TempDir()
	assert.Equal(t, []string{"publish converging: seen ()", "fetch", "done"},
		shell(t, dir, "", agentWorld+`ends="$serves; echo done"; (set -e; look)`))
	assert.True(t, strings.HasPrefix(contents(dir, "last"), strings.Repeat("a", 64)+" 0 "))
}

func TestABundleThatDoesNotComeIsTriedAgain(t *testing.T) {
	dir := t.TempDir()
	said := shell(t, dir, "", agentWorld+`missing=yes; (set -e; look) 2>"$world/complaint"; (set -e; report)`)
	assert.Equal(t, []string{"publish converging: seen ()", "fetch", "publish retrying: seen (s3 GetObject k: AccessDenied)"}, said)
}

func TestAConvergeThatWasKilledIsReported(t *testing.T) {
	dir := t.TempDir()
	said := shell(t, dir, "", agentWorld+`ends='kill -9 $$'; (set -e; look)`)
	assert.Equal(t, "publish retrying: seen (converge was ended with code 137)", last(said))
	assert.True(t, strings.HasPrefix(contents(dir, "last"), strings.Repeat("a", 64)+" 137 "), "and tried again soon")
}

func TestAConvergeThatHangsIsEndedAndReported(t *testing.T) {
	said := shell(t, t.TempDir(), "", agentWorld+`converge_seconds=0.5; ends='sleep 60'; (set -e; look)`)
	assert.Equal(t, "publish retrying: seen (converge did not end within 0.5 seconds)", last(said))
}

// A loss of power can leave a bundle whose files are empty, and bash takes an empty program for one that succeeds.
func TestAConvergeWithoutAnOutcomeIsReportedAndItsBundleFetchedAgain(t *testing.T) {
	dir := t.TempDir()
	const anew = `retry_seconds=0; (set -e; look); empty=''; ends="$serves; echo done"; (set -e; look); (set -e; look)`
	assert.Equal(t, []string{
		"publish converging: seen ()", "fetch", "publish retrying: seen (converge ended with code 0 and no outcome:)",
		"fetch", "done",
	}, shell(t, dir, "", agentWorld+"empty=yes; "+anew))
	assert.Equal(t, []string{
		"publish converging: seen ()", "fetch", "begun", "lib/files.sh: line 1",
		"publish retrying: seen (converge ended with code 2 and no outcome: lib/files.sh: line 1)", "fetch", "done",
	}, shell(t, t.TempDir(), "", agentWorld+`ends='echo begun; echo lib/files.sh: line 1; exit 2'; `+anew))
	assert.True(t, strings.HasPrefix(contents(dir, "last"), strings.Repeat("a", 64)+" 0 "))
}

func TestAnOutcomeThatNobodyHeardIsNotTakenBack(t *testing.T) {
	said := shell(t, t.TempDir(), "", agentWorld+`ends="$serves; echo tried; exit 1"; (set -e; look)`)
	assert.Equal(t, []string{"publish converging: seen ()", "fetch", "tried"}, said)
}

// The run before had one.
func TestAnOldRevisionsConvergeWithoutAnOutcomeIsReportedToo(t *testing.T) {
	said := shell(t, t.TempDir(), "", agentWorld+`ends="$serves; echo done"; (set -e; look); settled_seconds=0
: >"$bundles/$newest/converge"
(set -e; look)`)
	assert.Equal(t, "publish retrying:  (converge ended with code 0 and no outcome:)", last(said))
}

func TestABundleGetsItsNameOnceItsFilesAreOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	said := shell(t, dir, "", `
set -euo pipefail
. <(sed -e '/^here=/d' -e '/^\. "/d' -e '/^"\${1/d' "$boot/agent/agent.sh")
bundles=$world/bundles
tar -czf "$world/packed" -C "$boot" converge
get_object() { cp "$world/packed" "$3"; }
sync() { ls "$bundles"; echo "$1 ${2#"$bundles"}"; }
name=$(sha256sum <"$world/packed"); name=${name%% *}
fetch "$name" b k | sed "s/$name/NAME/"
ls "$bundles/$name"`)
	assert.Equal(t, []string{"NAME.part", "--file-system /NAME.part", "converge"}, said)
}

func TestAClockThatIsSetDelaysNoTry(t *testing.T) {
	said := shell(t, t.TempDir(), "", agentWorld+`ends="$serves; echo tried; exit 1"; retry_seconds=0; (set -e; look)
date() { command date --date '1 hour ago' "$@"; }
(set -e; look)`)
	assert.Equal(t, []string{"publish converging: seen ()", "fetch", "tried", "tried"}, said)
}

// A package manager that is killed in the middle leaves a mess.
func TestAnAgentThatIsStoppedEndsItsRound(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "agent.sh", "#!/bin/bash\nset -e; cd \"${0%/*}\"; touch begun; until [[ -e told ]]; do sleep 0.1; done; echo \"$1 ended\"\n")
	said := shell(t, dir, "", agentWorld+`here=$world; chmod +x "$world/agent.sh"; follow & agent=$!
until [[ -e $world/begun ]]; do sleep 0.1; done
kill "$agent"; (sleep 0.5; touch "$world/told") & wait "$agent"; echo "agent ended with $?"`)
	assert.Equal(t, []string{"look ended", "agent ended with 0"}, said)
}

// systemd starts the new one. What goes on nevertheless is ended by its fifth round.
func TestAnAgentWhoseFileHasChangedEndsAfterItsRound(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "agent.sh", `#!/bin/bash
echo "$1"
echo >>"$world/rounds"
case $(wc -l <"$world/rounds") in
3) cp -p "$0" "$0.new"; echo '# another version' >>"$0.new"; mv "$0.new" "$0" ;;
5) kill "$PPID" ;;
esac
`)
	assert.Equal(t, []string{"look", "look", "look"}, shell(t, dir, "", agentWorld+`here=$world poll_seconds=0.1; chmod +x "$world/agent.sh"; follow`))
}

// Who reads the status takes a host for silent that says nothing for a quarter of an hour.
func TestAComplaintIsSaidOnceAndRepeatedToTheWorldUntilItIsHeardAndOnceInAWhile(t *testing.T) {
	dir := t.TempDir()
	set(t, dir, "agent.sh", `#!/bin/bash
echo "$1" >>"$world/rounds"
echo "it is $RANDOM" >&2
[[ $1 == report ]] && (($(grep -c report "$world/rounds") >= 2))
`)
	said := shell(t, dir, "", agentWorld+`here=$world poll_seconds=5 settled_seconds=10; chmod +x "$world/agent.sh"; : >"$world/rounds"
sleep() { command sleep 0.1; }; follow & agent=$!
until (($(grep -c look "$world/rounds") >= 9)); do command sleep 0.1; done
kill "$agent"; wait "$agent"`)
	assert.Regexp(t, "^look report look report look look look report look look look report look", strings.Join(strings.Fields(contents(dir, "rounds")), " "))
	assert.Len(t, said, 1)
}

func TestAFullDiskIsNamed(t *testing.T) {
	dir := t.TempDir()
	const df = `
. "$boot/agent/status.sh"
df() { printf 'Filesystem 1M-blocks Avail Mounted on\n'; printf "/dev/nvme0n1p1 9800 $free /\n%.0s" {1..4}; }
`
	assert.Equal(t, []string{"the disk / (/dev/nvme0n1p1) is full: 3 of 9800 MB left;"}, shell(t, dir, "", df+"free=3; disk_complaint"))
	assert.Equal(t, []string{""}, shell(t, dir, "", df+"free=3000; disk_complaint"))
}

// Where a disk is full, tar or apt has a line for each file; what they say is cut, and the reason is not.
func TestAFullDiskIsNamedBeforeAllWords(t *testing.T) {
	const (
		df     = "#!/bin/bash\nprintf 'Filesystem 1M-blocks Avail Mounted on\n/dev/sda1 9800 3 /\n'\n"
		full   = "the disk / (/dev/sda1) is full: 3 of 9800 MB left; "
		always = `{ for i in {1..99}; do echo "E: $i: No space left on device"; done; }`
	)
	withDF := func(dir string) {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, "bin"), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "bin/df"), []byte(df), 0o755))
	}

	dir, converge := bundled(t)
	withDF(dir)
	assert.Equal(t, "retrying image", last(converge(`export PATH="$world/bin:$PATH" breaks=pull_image how='`+always+`; return 1';`)))
	assert.True(t, strings.HasPrefix(published(t, dir).Error, full), published(t, dir).Error)
	assert.Equal(t, "retrying image", last(converge(`export PATH="$world/bin:$PATH" breaks=pull_image how='error=$(`+always+`); return 1';`)))
	assert.True(t, strings.HasPrefix(published(t, dir).Error, full), published(t, dir).Error)

	dir, run := prepared(t)
	withDF(dir)
	set(t, dir, "apt", strings.Repeat("E: No space left on device\n", 99))
	assert.Equal(t, "exit 1", run(prepare))
	set(t, dir, "parameter", contents(dir, "crosscloud/test/status"))
	assert.True(t, strings.HasPrefix(published(t, dir).Error, full), published(t, dir).Error)

	dir = t.TempDir()
	withDF(dir)
	said := shell(t, dir, "", agentWorld+`PATH=$world/bin:$PATH; complain "$newest" "$(`+always+`)"`)
	assert.Contains(t, last(said), "("+full)
}

// AWS refuses signatures of another time, and its own words do not say whose clock is wrong.
func TestAClockThatIsOffIsNamed(t *testing.T) {
	const script = `. "$boot/agent/aws.sh"; clock_complaint "$(date --rfc-email --date "$off")"`
	for off, want := range map[string]string{
		"now": "", "2 minutes ago": "",
		"1 hour ago 5 seconds": "(the clock of this host is 59 minutes fast, and signatures depend on it)",
		"1 hour 5 seconds":     "(the clock of this host is 60 minutes slow, and signatures depend on it)",
	} {
		assert.Equal(t, []string{want}, shell(t, t.TempDir(), "", `off="`+off+`"; `+script), off)
	}
	assert.Equal(t, []string{""}, shell(t, t.TempDir(), "", `. "$boot/agent/aws.sh"; clock_complaint ""`), "no answer, no date")
}

// Others could read an argument; another program's own way to the metadata service is less patient than ours.
func TestCredentialsReachAProgramThroughItsEnvironment(t *testing.T) {
	said := shell(t, t.TempDir(), "", `. "$boot/agent/aws.sh"
aws_credentials='{"AccessKeyId": "id", "SecretAccessKey": "secret", "Token": "token"}'
as_role env | grep -E '^AWS_(ACCESS|SECRET|SESSION)_' | sort
echo "left: ${AWS_SESSION_TOKEN:-nothing}"`)
	assert.Equal(t, []string{"AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=token", "left: nothing"}, said)
}
