package release

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkout is a project as a clone of it looks, with what builds and tools leave behind.
func checkout(t *testing.T, changes map[string]string) string {
	t.Helper()
	files := map[string]string{
		".dockerignore":    "# only what the image is made of\n*\n!go.mod\n!app\n**/*_test.go\n",
		"go.mod":           "module example\n",
		"Dockerfile":       "FROM scratch\n",
		"README.md":        "read me\n",
		"app/main.go":      "package main\n",
		"app/main_test.go": "package main\n",
		".git/config":      "[core]\n",
		"infra/main.go":    "package main\n",
	}
	maps.Copy(files, changes)
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return dir
}

func hashOf(t *testing.T, changes map[string]string) string {
	t.Helper()
	hash, err := contextHash(checkout(t, changes))
	require.NoError(t, err)
	return hash
}

func TestContextIsWhatDockerIsSent(t *testing.T) {
	files, err := contextFiles(checkout(t, nil))
	require.NoError(t, err)
	assert.Equal(t, []string{"Dockerfile", "app/main.go", "go.mod"}, files)
}

func TestContextWithoutIgnoreFileIsEverything(t *testing.T) {
	dir := checkout(t, nil)
	require.NoError(t, os.Remove(filepath.Join(dir, ".dockerignore")))
	files, err := contextFiles(dir)
	require.NoError(t, err)
	assert.Len(t, files, 7)
}

func TestHashChangesWithTheContentOnly(t *testing.T) {
	hash := hashOf(t, nil)
	assert.Len(t, hash, 64)
	assert.Equal(t, hash, hashOf(t, nil), "another directory, another time")
	for name, content := range map[string]string{
		"README.md": "read it again\n", "app/main_test.go": "package other\n", "infra/main.go": "package other\n",
		"app/deep/x_test.go": "package deep\n", ".git/config": "other\n",
	} {
		assert.Equal(t, hash, hashOf(t, map[string]string{name: content}), "%s is not in the image", name)
	}
	for name, content := range map[string]string{
		"app/main.go": "package main // changed\n", "go.mod": "module other\n", "Dockerfile": "FROM other\n", "app/more.go": "",
	} {
		assert.NotEqual(t, hash, hashOf(t, map[string]string{name: content}), name)
	}
}

func TestHashSeesNamesAndTheExecutableBitButNoTimes(t *testing.T) {
	dir := checkout(t, nil)
	before, err := contextHash(dir)
	require.NoError(t, err)
	path := filepath.Join(dir, "app", "main.go")

	require.NoError(t, os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)))
	require.NoError(t, os.Chmod(path, 0o600))
	same, err := contextHash(dir)
	require.NoError(t, err)
	assert.Equal(t, before, same)

	require.NoError(t, os.Chmod(path, 0o755))
	executable, err := contextHash(dir)
	require.NoError(t, err)
	assert.NotEqual(t, before, executable)

	require.NoError(t, os.Chmod(path, 0o644))
	require.NoError(t, os.Rename(path, filepath.Join(dir, "app", "other.go")))
	renamed, err := contextHash(dir)
	require.NoError(t, err)
	assert.NotEqual(t, before, renamed)
}

func TestHashRefusesWhatItCannotRead(t *testing.T) {
	_, err := contextHash(filepath.Join(t.TempDir(), "absent"))
	assert.ErrorIs(t, err, os.ErrNotExist)

	dir := checkout(t, nil)
	require.NoError(t, os.Symlink("main.go", filepath.Join(dir, "app", "link.go")))
	_, err = contextHash(dir)
	assert.ErrorContains(t, err, "app/link.go is not a regular file")

	_, err = contextHash(checkout(t, map[string]string{".dockerignore": "[\n"}))
	assert.Error(t, err)
}

// An ignored directory that cannot be read, as a cache of root's, is no reason to fail.
func TestIgnoredDirectoriesAreNotRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("NOT TESTED: root reads everything")
	}
	dir := checkout(t, nil)
	require.NoError(t, os.Chmod(filepath.Join(dir, ".git"), 0))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, ".git"), 0o755) })
	_, err := contextHash(dir)
	assert.NoError(t, err)
}

// What the app does not import (its development server, its benchmark, what only tests use) must make no other release.
func TestTheImageIsBuiltFromThePackagesThatTheAppImports(t *testing.T) {
	root := filepath.Join("..", "..")
	files, err := contextFiles(root)
	require.NoError(t, err)
	var sent []string
	for _, name := range files {
		if filepath.Ext(name) == ".go" {
			sent = append(sent, "crosscloud/"+filepath.ToSlash(filepath.Dir(name)))
		}
	}
	list := exec.Command("go", "list", "-deps", "./app")
	list.Dir = root
	output, err := list.Output()
	require.NoError(t, err)
	var imported []string
	for dependency := range strings.FieldsSeq(string(output)) {
		if strings.HasPrefix(dependency, "crosscloud/") {
			imported = append(imported, dependency)
		}
	}
	slices.Sort(imported)
	slices.Sort(sent)
	assert.Equal(t, imported, slices.Compact(sent))
}
