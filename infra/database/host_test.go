package database

import (
	"encoding/base64"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
)

// The two pieces of shell that must not go wrong once: what is let onto the host, and what is done to a disk.

func TestHostTakesWholeBundlesOnly(t *testing.T) {
	text, revision, err := example.document()
	require.NoError(t, err)
	other, _, err := desiredState{}.document()
	require.NoError(t, err)
	bundleOf := func(text string) string { return strings.Split(text, `"`)[7] }

	for name, c := range map[string]struct{ document, complaint string }{
		"whole":           {text, ""},
		"damaged":         {strings.Replace(text, bundleOf(text)[100:104], "AAAA", 1), "is damaged"},
		"cut off":         {text[:len(text)/2], "is damaged"},
		"another one's":   {strings.Replace(text, bundleOf(text), bundleOf(other), 1), "is damaged"},
		"not base64":      {strings.Replace(text, bundleOf(text), "%%%%", 1), "is damaged"},
		"no revision":     {`{"bundle":"` + bundleOf(text) + `"}`, "names no revision"},
		"a path":          {`{"revision":"../../../etc","bundle":"` + base64.StdEncoding.EncodeToString(nil) + `"}`, "names no revision"},
		"nothing":         {"", "names no revision"},
		"an error's page": {"<html>502</html>", "names no revision"},
	} {
		t.Run(name, func(t *testing.T) {
			bundles := filepath.Join(t.TempDir(), "bundles")
			run := func() (string, error) {
				return shell(t, map[string]string{"/var/lib/crosscloud/bundles": bundles}, "desired.sh", `document=$DOCUMENT; unpack_desired`, "DOCUMENT="+c.document)
			}
			out, err := run()
			if c.complaint != "" {
				assert.Error(t, err)
				assert.Contains(t, out, c.complaint)
				left, _ := filepath.Glob(filepath.Join(bundles, "*"))
				hidden, _ := filepath.Glob(filepath.Join(bundles, ".*"))
				assert.Empty(t, append(left, hidden...), "nothing of it stays")
				return
			}
			require.NoError(t, err, out)
			desired, err := os.ReadFile(filepath.Join(bundles, revision, "desired.json"))
			require.NoError(t, err)
			assert.Contains(t, string(desired), example.ServerKey)
			for _, program := range []string{"converge", "agent", "install-agent", "publish"} {
				info, err := os.Stat(filepath.Join(bundles, revision, program))
				require.NoError(t, err)
				assert.Equal(t, "-rwxr-xr-x", info.Mode().String(), program)
			}
			out, err = run()
			assert.NoError(t, err, "again: %s", out)
		})
	}
}

// The start-up script and the agent come to it at the same time.
func TestABundleIsUnpackedTwice(t *testing.T) {
	text, revision, err := example.document()
	require.NoError(t, err)
	bundles := filepath.Join(t.TempDir(), "bundles")
	out, err := shell(t, map[string]string{"/var/lib/crosscloud/bundles": bundles}, "desired.sh", `
		sync() { cp --recursive "$2" "$bundle"; }
		document=$DOCUMENT; unpack_desired`, "DOCUMENT="+text)
	require.NoError(t, err, out)
	assert.FileExists(t, filepath.Join(bundles, revision, "converge"))
	assert.NoDirExists(t, filepath.Join(bundles, revision, "files"))
	left := must(os.ReadDir(bundles))
	assert.Len(t, left, 1)
}

func TestOnlyABlankDiskIsFormatted(t *testing.T) {
	for name, c := range map[string]struct{ content, verdict string }{
		"blank":             {"", "changed: formatted the data disk"},
		"a file system":     {"mkfs.ext4 -q $DISK", ""},
		"a lost superblock": {"mkfs.ext4 -q $DISK && dd if=/dev/zero of=$DISK bs=1k seek=1 count=1 conv=notrunc status=none", "no known file system"},
		"some other data":   {"printf x | dd of=$DISK bs=1 seek=5000000 conv=notrunc status=none", "no known file system"},
		"swap":              {"mkswap -q $DISK", "the data disk holds swap"},
		"unreadable":        {"rm $DISK", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			disk := newTestDisk(t)
			out, err := exec.Command("bash", "-c", strings.ReplaceAll("set -e; PATH=$PATH:/sbin:/usr/sbin; "+c.content, "$DISK", disk.path)).CombinedOutput()
			require.NoError(t, err, "%s", out)
			before := disk.content()
			said, err := disk.format(t, "")
			assert.Equal(t, c.verdict == "" || name == "blank", err == nil, said)
			assert.Contains(t, said, c.verdict)
			assert.Equal(t, name == "blank", before != disk.content(), "the disk's content changed")
		})
	}
}

// Killed in the middle, mkfs.ext4 leaves everything but the superblock, which it writes last.
func TestAnInterruptedFormattingIsDoneAgain(t *testing.T) {
	const noSuperblock = `dd if=/dev/zero of="$disk" bs=1k seek=1 count=1 conv=notrunc status=none;`
	for name, c := range map[string]struct{ kill, says string }{
		"before it wrote anything":  {`mkfs.ext4() { kill -9 $$; };`, "changed: formatted the data disk"},
		"before its last write":     {`mkfs.ext4() { command mkfs.ext4 "$@"; ` + noSuperblock + ` kill -9 $$; };`, "changed: formatted the data disk"},
		"when it was done":          {`mkfs.ext4() { command mkfs.ext4 "$@"; kill -9 $$; };`, ""},
		"when that was announced":   {`changed() { kill -9 $$; };`, ""},
		"after everything was done": {``, ""},
	} {
		t.Run(name, func(t *testing.T) {
			disk := newTestDisk(t)
			out, err := disk.format(t, c.kill)
			assert.Equal(t, c.kill == "", err == nil, out)
			out, err = disk.format(t, "")
			require.NoError(t, err, out)
			assert.Equal(t, c.says, strings.TrimSpace(out))

			out, err = disk.format(t, noSuperblock)
			assert.Error(t, err)
			assert.Contains(t, out, "it is left alone", "from here on it holds data, whatever befalls it")
		})
	}
}

// testDisk is a file in place of the data disk.
type testDisk struct{ path string }

func newTestDisk(t *testing.T) testDisk {
	t.Helper()
	boottest.Tool(t, "mkfs.ext4")
	boottest.Tool(t, "blkid")
	disk := testDisk{filepath.Join(t.TempDir(), "disk")}
	require.NoError(t, os.WriteFile(disk.path, nil, 0o600))
	require.NoError(t, os.Truncate(disk.path, 128<<20))
	return disk
}

func (d testDisk) content() string {
	content, _ := os.ReadFile(d.path)
	return string(content)
}

// format is a run's, after the given commands.
func (d testDisk) format(t *testing.T, before string) (string, error) {
	t.Helper()
	return shell(t, map[string]string{"/dev/disk/by-id/google-pgdata": d.path, "/var/lib/postgresql": d.path + "-mounted"}, "disk.sh", `
		PATH=$PATH:/sbin:/usr/sbin
		. ./report.sh; trap 'echo "$failure"' EXIT; `+before+` format_blank_disk`)
}

func TestAServerThatAcceptsAndSaysNothingIsNotWaitedFor(t *testing.T) {
	boottest.Tool(t, "openssl")
	boottest.Tool(t, "jq")
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	defer listener.Close()
	ca, _, _ := issue(t, net.IPv4(203, 0, 113, 20))
	out, err := shell(t, map[string]string{"timeout 10": "timeout 0.5", "127.0.0.1:5432": listener.Addr().String()}, "answers.sh", `
		. ./report.sh; trap 'echo "$failure"' EXIT
		echo '{"address": "203.0.113.20"}' >desired.json; tls=.; echo "$CA" >ca.crt
		check_connection`, "CA="+string(ca))
	require.Error(t, err)
	assert.Equal(t, "the server does not answer with a valid certificate for 203.0.113.20: no answer\n", out)
}

// shell runs commands in a copy of boot/, after one of its files, in which paths of the host are replaced by
// paths of the test.
func shell(t *testing.T, paths map[string]string, source, commands string, environment ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("boot")))
	text := string(must(os.ReadFile(filepath.Join("boot", source))))
	for from, to := range paths {
		require.Contains(t, text, from)
		text = strings.ReplaceAll(text, from, to)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, source), []byte(text), 0o644))
	cmd := exec.Command("bash", "-c", fmt.Sprintf("set -Eeuo pipefail; . ./%s; %s", source, commands))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
