// Package images makes the twin's base images: Debian 13 as the clouds publish it, and the Go toolchain that builds the
// app. What a registry has is pulled; without one they are made of Debian's archive and this machine's own toolchain.
package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The images' names. They are the twin's own, so that nobody takes one for a published image.
const (
	Debian = "crosscloud-twin/debian-13"
	Golang = "crosscloud-twin/golang"
)

// recipeLabel marks the twin's images, and every image built on one, with the recipe they were made by.
const recipeLabel = "crosscloud.recipe"

// Builder makes the images for the repository at root and keeps them in its .twin/cache.
type Builder struct {
	root, cache string
	// Install makes Debian packages available on this machine; Ensure calls it when it has to build what cannot be pulled.
	Install func(ctx context.Context, packages ...string) error
}

// New returns the builder of the repository at root.
func New(root string) *Builder {
	return &Builder{root: root, cache: filepath.Join(root, ".twin", "cache"), Install: func(context.Context, ...string) error { return nil }}
}

// image is one of the twin's images: what it is made of, and how.
type image struct {
	name   string
	recipe string // changes when the result would
	build  func(ctx context.Context) error
}

// Ensure makes the engine have both images, from the cache if they were made before.
func (b *Builder) Ensure(ctx context.Context, progress io.Writer) error {
	debian, err := b.debian(ctx)
	if err != nil {
		return err
	}
	golang, err := b.golang(ctx)
	if err != nil {
		return err
	}
	for _, i := range []image{debian, golang} {
		if err := b.ensure(ctx, i, progress); err != nil {
			return fmt.Errorf("image %s: %w", i.name, err)
		}
	}
	return nil
}

func (b *Builder) ensure(ctx context.Context, i image, progress io.Writer) error {
	have, err := run(ctx, "docker", "image", "inspect", "--format", `{{index .Config.Labels "`+recipeLabel+`"}}`, i.name)
	if err == nil && strings.TrimSpace(have) == i.recipe {
		return nil
	}
	archive := filepath.Join(b.cache, strings.TrimPrefix(i.name, "crosscloud-twin/")+"-"+i.recipe+".tar")
	if _, err := os.Stat(archive); err == nil {
		return step(progress, "load image "+i.name, func() error {
			_, err := run(ctx, "docker", "load", "--quiet", "--input", archive)
			return err
		})
	}
	if err := step(progress, "make image "+i.name, func() error { return i.build(ctx) }); err != nil {
		return err
	}
	return step(progress, "keep image "+i.name, func() error { return b.keep(ctx, i.name, archive) })
}

// keep stores an image in the cache, in the place of older ones.
func (b *Builder) keep(ctx context.Context, name, archive string) error {
	if err := os.MkdirAll(b.cache, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(b.cache, strings.TrimPrefix(name, "crosscloud-twin/")+"-*.tar"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	if _, err := run(ctx, "docker", "save", "--output", archive+".new", name); err != nil {
		return err
	}
	return os.Rename(archive+".new", archive)
}

// Remove takes the images out of the engine, with what was built on them, except what a container uses.
func Remove(ctx context.Context) error {
	// An image goes only after those built on it, so go on as long as that helps.
	for last := ""; ; {
		out, err := run(ctx, "docker", "images", "--all", "--quiet", "--filter", "label="+recipeLabel)
		if err != nil {
			return err
		}
		if out == "" || out == last {
			return nil
		}
		last = out
		for _, id := range strings.Fields(out) {
			_, _ = run(ctx, "docker", "rmi", "--force", id) // refused where a running container uses it
		}
	}
}

// recipe condenses what an image is made of.
func recipe(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// step does something that takes long, and says so.
func step(progress io.Writer, what string, do func() error) error {
	fmt.Fprintf(progress, "%s … ", what)
	start := time.Now()
	if err := do(); err != nil {
		fmt.Fprintln(progress, "failed")
		return err
	}
	fmt.Fprintf(progress, "%.0f s\n", time.Since(start).Seconds())
	return nil
}
