package images

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is a docker command that has no image and no registry, and writes down what it was asked for.
func recorder(t *testing.T) (asked func() string) {
	t.Helper()
	bin := t.TempDir()
	log := filepath.Join(bin, "log")
	script := `#!/bin/sh
echo "$*" >>` + log + `
case $1 in
image|pull) exit 1 ;;
save) : >"$3" ;;
esac
`
	require.NoError(t, os.WriteFile(filepath.Join(bin, "docker"), []byte(script), 0o755))
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return func() string {
		text, _ := os.ReadFile(log)
		_ = os.Remove(log)
		return string(text)
	}
}

func TestAnImageIsMadeOnceAndThenLoaded(t *testing.T) {
	asked := recorder(t)
	b := New(t.TempDir(), filepath.Join(t.TempDir(), "cache"), nil)
	made := 0
	i := image{name: Debian, recipe: "0123", build: func(context.Context, io.Writer) error { made++; return nil }}

	require.NoError(t, b.ensure(t.Context(), i, &strings.Builder{}))
	assert.Equal(t, 1, made)
	assert.FileExists(t, filepath.Join(b.cache, "debian-13-0123.tar"))
	asked()

	require.NoError(t, b.ensure(t.Context(), i, &strings.Builder{}))
	assert.Equal(t, 1, made)
	assert.Contains(t, asked(), "load --quiet --input "+filepath.Join(b.cache, "debian-13-0123.tar"))

	i.recipe = "4567"
	require.NoError(t, b.ensure(t.Context(), i, &strings.Builder{}))
	assert.Equal(t, 2, made)
	assert.NoFileExists(t, filepath.Join(b.cache, "debian-13-0123.tar"), "the image of an older recipe")
}

func TestRecipeDependsOnEveryPart(t *testing.T) {
	assert.NotEqual(t, recipe("a", "bc"), recipe("ab", "c"))
	assert.Equal(t, recipe("a", "b"), recipe("a", "b"))
}

func TestPublishedGoImageIsTheDockerfilesDefault(t *testing.T) {
	root := t.TempDir()
	b := New(root, "", nil)
	require.NoError(t, os.WriteFile(filepath.Join(root, "Dockerfile"), []byte("# text\nARG GO_IMAGE=golang:1.26-trixie\nFROM ${GO_IMAGE}\n"), 0o644))
	name, err := b.published()
	require.NoError(t, err)
	assert.Equal(t, "golang:1.26-trixie", name)

	require.NoError(t, os.WriteFile(filepath.Join(root, "Dockerfile"), []byte("FROM golang\n"), 0o644))
	_, err = b.published()
	assert.ErrorContains(t, err, "ARG GO_IMAGE")
}
