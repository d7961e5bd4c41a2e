package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPackWritesEveryFileSortedWithItsMode(t *testing.T) {
	packed, err := Pack(fstest.MapFS{
		"converge":         {Data: []byte("#!/bin/bash\ntrue\n")},
		"nginx/nginx.conf": {Data: []byte("events {}\n"), Mode: 0o600},
	}, map[string][]byte{"desired.json": []byte(`{"a":1}`)})
	require.NoError(t, err)

	sum := sha256.Sum256(packed.Bytes)
	assert.Equal(t, hex.EncodeToString(sum[:]), packed.SHA256)
	assert.Equal(t, []entry{
		{"converge", 0o755, "#!/bin/bash\ntrue\n"},
		{"desired.json", 0o644, `{"a":1}`},
		{"nginx/nginx.conf", 0o644, "events {}\n"},
	}, read(t, packed.Bytes))
}

func TestPackIgnoresTimesOwnersAndPermissionsOfTheCheckout(t *testing.T) {
	one, err := Pack(fstest.MapFS{"a": {Data: []byte("x"), Mode: 0o600, ModTime: time.Unix(1, 5)}}, nil)
	require.NoError(t, err)
	two, err := Pack(fstest.MapFS{"a": {Data: []byte("x"), Mode: 0o777, ModTime: time.Unix(9e8, 7)}}, nil)
	require.NoError(t, err)
	three, err := Pack(fstest.MapFS{}, map[string][]byte{"a": []byte("x")})
	require.NoError(t, err)
	assert.Equal(t, one, two)
	assert.Equal(t, one, three)

	other, err := Pack(fstest.MapFS{"a": {Data: []byte("y")}}, nil)
	require.NoError(t, err)
	assert.NotEqual(t, one.SHA256, other.SHA256)
}

func TestPackLeavesItsArgumentsAlone(t *testing.T) {
	extra := map[string][]byte{"b": nil}
	_, err := Pack(fstest.MapFS{"a": {}}, extra)
	require.NoError(t, err)
	assert.Equal(t, map[string][]byte{"b": nil}, extra)
}

func TestPackRefuses(t *testing.T) {
	for _, test := range []struct {
		name  string
		files fs.FS
		extra map[string][]byte
		says  string
	}{
		{"a file given twice", fstest.MapFS{"a": {}}, map[string][]byte{"a": nil}, "a is given twice"},
		{"a path that climbs", fstest.MapFS{}, map[string][]byte{"../etc/passwd": nil}, "not a relative, clean path"},
		{"an absolute path", fstest.MapFS{}, map[string][]byte{"/etc/passwd": nil}, "not a relative, clean path"},
		{"a file that is also a directory", fstest.MapFS{"a/b": {}}, map[string][]byte{"a": nil}, "both a file and the directory"},
		{"a symbolic link", fstest.MapFS{"a": {Mode: fs.ModeSymlink, Data: []byte("b")}}, nil, "neither a directory nor a regular file"},
		{"a path longer than USTAR holds", fstest.MapFS{}, map[string][]byte{string(bytes.Repeat([]byte("x"), 300)): nil}, "write header"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Pack(test.files, test.extra)
			assert.ErrorContains(t, err, test.says)
		})
	}
}

// The hosts extract with tar(1), so tar(1) is the judge of the format.
func TestPackedBundleExtractsWithTar(t *testing.T) {
	packed, err := Pack(fstest.MapFS{"boot/converge": {Data: []byte("#!/bin/sh\necho converged\n")}}, nil)
	require.NoError(t, err)
	dir := t.TempDir()
	extract := exec.Command("tar", "-xzf", "-", "-C", dir)
	extract.Stdin = bytes.NewReader(packed.Bytes)
	output, err := extract.CombinedOutput()
	require.NoError(t, err, string(output))

	ran, err := exec.Command(filepath.Join(dir, "boot", "converge")).CombinedOutput()
	require.NoError(t, err, string(ran))
	assert.Equal(t, "converged\n", string(ran))
	info, err := os.Stat(filepath.Join(dir, "boot", "converge"))
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o755), info.Mode().Perm())
}

type entry struct {
	name    string
	mode    int64
	content string
}

func read(t *testing.T, archive []byte) []entry {
	t.Helper()
	uncompressed, err := gzip.NewReader(bytes.NewReader(archive))
	require.NoError(t, err)
	var entries []entry
	tarball := tar.NewReader(uncompressed)
	for {
		header, err := tarball.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		require.NoError(t, err)
		content, err := io.ReadAll(tarball)
		require.NoError(t, err)
		assert.True(t, header.ModTime.IsZero() || header.ModTime.Unix() == 0)
		assert.Zero(t, header.Uid)
		assert.Empty(t, header.Uname)
		entries = append(entries, entry{header.Name, header.Mode, string(content)})
	}
}
