package database

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
)

// What is done to the data disk must not go wrong once.

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

func TestTheFileSystemGrowsWithTheDisk(t *testing.T) {
	boottest.Tool(t, "resize2fs")
	boottest.Tool(t, "jq")
	disk := newTestDisk(t)
	out, err := disk.format(t, "")
	require.NoError(t, err, out)
	require.NoError(t, os.Truncate(disk.path, 2<<30))
	for _, c := range []struct {
		wanted int
		says   string
	}{
		{1, "changed: grew the file system to the size of the data disk"},
		{2, ""},
		{3, "the data disk has 2 GB, and not 3 yet"},
	} {
		said, err := disk.run(t, fmt.Sprintf(`
			blockdev() { stat --format %%s "$disk"; }
			echo '{"dataDiskGb": %d}' >desired.json
			# A file that is not mounted is to be checked first.
			resize2fs() { command e2fsck -fp "$1" >/dev/null || true; command resize2fs "$1" 2>/dev/null; }
			grow_filesystem; check_disk_size`, c.wanted))
		assert.Equal(t, c.wanted < 3, err == nil, said)
		assert.Contains(t, said, c.says)
		assert.Equal(t, c.wanted == 1, strings.Contains(said, "changed: "), said)
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
	return d.run(t, before+" format_blank_disk")
}

func (d testDisk) run(t *testing.T, commands string) (string, error) {
	t.Helper()
	return shell(t, map[string]string{"/dev/disk/by-id/google-pgdata": d.path, "/var/lib/postgresql": d.path + "-mounted"}, "disk.sh", `
		PATH=$PATH:/sbin:/usr/sbin
		. ./report.sh; trap 'echo "$failure"' EXIT; `+commands)
}
