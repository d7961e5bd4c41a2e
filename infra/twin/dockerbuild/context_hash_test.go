package dockerbuild

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var past = time.Unix(1e9, 0)

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
}

func TestContextHashNoticesWhatABuildWouldRead(t *testing.T) {
	t.Parallel()
	before := map[string]string{
		"Dockerfile":     "FROM scratch\nCOPY app /\n",
		".dockerignore":  "*.log\nnode_modules\n!node_modules/kept\n",
		"app":            "one",
		"debug.log":      "noise",
		"sub/deep/a.log": "not at the root, so it is read",
	}
	for name, test := range map[string]struct {
		change  func(t *testing.T, dir string)
		changes bool
	}{
		"nothing":             {func(*testing.T, string) {}, false},
		"a file's content":    {func(t *testing.T, dir string) { writeFiles(t, dir, map[string]string{"app": "two"}) }, true},
		"the Dockerfile":      {func(t *testing.T, dir string) { writeFiles(t, dir, map[string]string{"Dockerfile": "FROM scratch"}) }, true},
		"a new file":          {func(t *testing.T, dir string) { writeFiles(t, dir, map[string]string{"b": ""}) }, true},
		"an ignored file":     {func(t *testing.T, dir string) { writeFiles(t, dir, map[string]string{"debug.log": "more"}) }, false},
		"a file in a folder":  {func(t *testing.T, dir string) { writeFiles(t, dir, map[string]string{"sub/deep/a.log": "x"}) }, true},
		"an ignored folder":   {func(t *testing.T, dir string) { writeFiles(t, dir, map[string]string{"node_modules/a/b.js": "x"}) }, false},
		"an exception inside": {func(t *testing.T, dir string) { writeFiles(t, dir, map[string]string{"node_modules/kept/b.js": "x"}) }, true},
		"permissions":         {func(t *testing.T, dir string) { require.NoError(t, os.Chmod(filepath.Join(dir, "app"), 0o755)) }, true},
		"times": {func(t *testing.T, dir string) {
			require.NoError(t, os.Chtimes(filepath.Join(dir, "app"), past, past))
		}, false},
		"a link's target": {func(t *testing.T, dir string) {
			require.NoError(t, os.Symlink("app", filepath.Join(dir, "link")))
		}, true},
		"a name": {func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(filepath.Join(dir, "app"), filepath.Join(dir, "apq")))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeFiles(t, dir, before)
			old, err := contextHash(dir, filepath.Join(dir, "Dockerfile"))
			require.NoError(t, err)
			test.change(t, dir)
			now, err := contextHash(dir, filepath.Join(dir, "Dockerfile"))
			require.NoError(t, err)
			require.Equal(t, test.changes, old != now)
		})
	}
}

func TestContextHashIsTheSameInAnotherDirectory(t *testing.T) {
	t.Parallel()
	var hashes []string
	for range 2 {
		dir := t.TempDir()
		writeFiles(t, dir, map[string]string{"Dockerfile": "FROM scratch", "a/b": "c"})
		hash, err := contextHash(dir, filepath.Join(dir, "Dockerfile"))
		require.NoError(t, err)
		hashes = append(hashes, hash)
	}
	require.Equal(t, hashes[0], hashes[1])
}
