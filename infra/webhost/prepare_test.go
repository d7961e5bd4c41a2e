package webhost

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
)

// prepared is a machine with the agent's files, a metadata service and an SSM, whose parameters are files. It has no jq,
// and apt says what is in the file apt. run runs a command there and prints its exit code.
func prepared(t *testing.T) (dir string, run func(command string) string) {
	t.Helper()
	dir = t.TempDir()
	for _, sub := range []string{"agent", "bin", "crosscloud/test"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, sub), 0o755))
	}
	scripts, err := filepath.Glob("boot/agent/*.sh")
	require.NoError(t, err)
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		require.NoError(t, err)
		rooted := strings.ReplaceAll(string(text), "/run/crosscloud", dir+"/run")
		require.NoError(t, os.WriteFile(filepath.Join(dir, "agent", filepath.Base(script)), []byte(rooted), 0o755))
	}
	for name, does := range map[string]string{
		"jq":         `echo 'there is no jq' >&2; exit 127`,
		"dpkg":       `:`,
		"dpkg-query": `case "$*" in *jq) exit 1 ;; *) printf 'ii ' ;; esac`,
		"df":         `:`,
		"apt-get":    `echo "$*" >>"$world/asked"; cat "$world/apt"; [[ $* != *install* || ! -s $world/apt ]]`,
		"curl": `case "$*" in
			*latest/api/token) echo t0k3n ;;
			*placement/region) echo us-east-1 ;;
			*security-credentials/) echo web ;;
			*security-credentials/web) printf '{\n  "AccessKeyId" : "id",\n  "SecretAccessKey" : "s3cr3t/+",\n  "Token" : "long=="\n}' ;;
			*AmazonSSM.*)
				asked=$(cat)
				file=$world$("$jq" --raw-output .Name <<<"$asked")
				case "$*" in
				*GetParameter*) "$jq" --null-input --compact-output --rawfile value "$file" '{Parameter: {Name: "x", Value: $value, Version: 1}}' ;;
				*) "$jq" --raw-output '.Value' <<<"$asked" >"$file.new" && printf '%s' "$(<"$file.new")" >"$file" && cat "$file.new" >>"$world/said" ;;
				esac
				printf '\n200 %s' "$(date --rfc-email)"
				;;
			esac`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "bin", name), []byte("#!/bin/bash\n"+does+"\n"), 0o755))
	}
	set(t, dir, "crosscloud/test/desired", `{"revision":"`+strings.Repeat("ab", 32)+`","bucket":"b","key":"k"}`)
	set(t, dir, "crosscloud/test/status", "{}")
	set(t, dir, "apt", "")
	jq := boottest.Tool(t, "jq")
	return dir, func(command string) string {
		return last(shell(t, dir, "", `export jq=`+jq+` PATH="$world/bin:$PATH" DESIRED_PARAMETER=/crosscloud/test/desired STATUS_PARAMETER=/crosscloud/test/status
`+command+`; echo "exit $?"`))
	}
}

const prepare = `"$world/agent/prepare.sh"`

func TestAnInstallationThatFailsIsToldWithoutJQ(t *testing.T) {
	dir, run := prepared(t)
	set(t, dir, "apt", "Err:1 http://archive\nE: Failed to fetch \"x\\y\"\nE: Unable to locate package jq\n")
	assert.Equal(t, "exit 1", run(prepare))
	said := strings.Split(strings.TrimSpace(contents(dir, "said")), "\n")
	require.Len(t, said, 2)
	assert.Contains(t, said[0], `"state":"converging","hops":[{"name":"seen","ok":true,"detail":""}]`)
	set(t, dir, "parameter", contents(dir, "crosscloud/test/status"))
	d := published(t, dir)
	assert.Equal(t, strings.Repeat("ab", 32), d.Revision)
	assert.Equal(t, "retrying", d.State)
	require.Len(t, d.Hops, 2)
	assert.Equal(t, "packages", d.Hops[1].Name)
	assert.False(t, d.Hops[1].OK)
	assert.Equal(t, "apt: E: Unable to locate package jq", d.Hops[1].Detail)
	assert.Contains(t, d.Error, "E: Failed to fetch 'x/y' E: Unable to locate package jq")
	assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`, d.Time)

	assert.Equal(t, "exit 1", run(prepare))
	assert.Equal(t, 3, strings.Count(contents(dir, "said"), "\n"), "the error stands while it is tried again")
	assert.Contains(t, contents(dir, "asked"), "DPkg::Lock::Timeout=300")

	set(t, dir, "apt", "")
	assert.Equal(t, "exit 0", run(prepare))
	assert.Equal(t, 3, strings.Count(contents(dir, "said"), "\n"), "the rest is the agent's to say")
}

func TestWhatAPredecessorRanOutlivesAnInstallationThatFails(t *testing.T) {
	dir, run := prepared(t)
	const operations = `[{"id": "one", "kind": "restart", "state": "failed", "detail": "a \"quote\", a \\ and \"operations\":[]} & more", "time": "2026-01-01T00:00:00Z"},
		{"id": "two", "kind": "restart", "state": "done", "detail": "", "time": "2026-01-01T00:00:00Z"}]`
	set(t, dir, "operations.json", operations)
	set(t, dir, "parameter", "{}")
	shell(t, dir, "", statusWorld+`status_begin r1; status_set error 'says "operations":[] too'; status_publish`)
	set(t, dir, "crosscloud/test/status", strings.TrimSpace(contents(dir, "parameter")))
	want := published(t, dir).Operations
	require.Len(t, want, 2)

	set(t, dir, "apt", "E: no archive\n")
	assert.Equal(t, "exit 1", run(prepare))
	set(t, dir, "parameter", contents(dir, "crosscloud/test/status"))
	d := published(t, dir)
	assert.Equal(t, "retrying", d.State)
	assert.Equal(t, want, d.Operations)
}

func TestNothingIsPublishedOverAStatusThatIsNone(t *testing.T) {
	dir, run := prepared(t)
	set(t, dir, "crosscloud/test/status", "[1]")
	set(t, dir, "apt", "E: no archive\n")
	assert.Equal(t, "exit 1", run(prepare))
	assert.Equal(t, "[1]", contents(dir, "crosscloud/test/status"))
}

// An image that has all of it installs nothing, and dpkg's own failure is told, too.
func TestPreparationLooksAtDpkg(t *testing.T) {
	dir, run := prepared(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bin/dpkg"), []byte("#!/bin/bash\necho \"dpkg: error $*\"; [[ $* == --audit ]]\n"), 0o755))
	assert.Equal(t, "exit 1", run(prepare))
	assert.Contains(t, contents(dir, "crosscloud/test/status"), `"detail":"apt: dpkg: error --force-confold --configure -a"`)
	assert.NoFileExists(t, filepath.Join(dir, "asked"))

	require.NoError(t, os.WriteFile(filepath.Join(dir, "bin/dpkg-query"), []byte("#!/bin/bash\nprintf 'ii '\n"), 0o755))
	assert.Equal(t, "exit 0", run(prepare))
}
