// Package images makes the twin's base images: Debian 13 as the clouds publish it, and the Go toolchain that builds the
// app. What a registry has is pulled; without one they are made of Debian's archive and this machine's own toolchain.
package images

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"crosscloud/infra/twin/command"
)

// The images' names. They are the twin's own, so that nobody takes one for a published image.
const (
	Debian = "crosscloud-twin/debian-13"
	Golang = "crosscloud-twin/golang"
)

// recipeLabel marks the twin's images, and every image built on one, with the recipe they were made by.
const recipeLabel = "crosscloud.recipe"

// Builder makes the images for the repository at root and keeps them in a cache.
type Builder struct {
	root, cache string
	install     func(ctx context.Context, packages ...string) error
}

// New returns the builder of the repository at root, whose images are kept in the directory cache. Where something must
// be built that can't be pulled, install makes the Debian packages available that this takes.
func New(root, cache string, install func(ctx context.Context, packages ...string) error) *Builder {
	return &Builder{root, cache, install}
}

// image is one of the twin's images: what it is made of, and how.
type image struct {
	name   string
	recipe string // changes when the result would
	build  func(ctx context.Context, progress io.Writer) error
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
	have, err := command.Run(ctx, "docker", "image", "inspect", "--format", `{{.Id}} {{index .Config.Labels "`+recipeLabel+`"}}`, i.name)
	old, made, _ := strings.Cut(strings.TrimSpace(have), " ")
	if err == nil && made == i.recipe {
		return nil
	}
	if err := b.obtain(ctx, i, progress); err != nil {
		return err
	}
	if old != "" {
		_, _ = command.Run(ctx, "docker", "rmi", old) // refused as long as a VM or another image is made of it
	}
	return nil
}

// obtain loads an image that was made before, or makes it.
func (b *Builder) obtain(ctx context.Context, i image, progress io.Writer) error {
	archive := filepath.Join(b.cache, strings.TrimPrefix(i.name, "crosscloud-twin/")+"-"+i.recipe+".tar")
	if _, err := os.Stat(archive); err == nil {
		return command.Step(progress, "load image "+i.name, func() error {
			_, err := command.Run(ctx, "docker", "load", "--quiet", "--input", archive)
			return err
		})
	}
	if err := i.build(ctx, progress); err != nil {
		return err
	}
	return command.Step(progress, "keep image "+i.name, func() error { return b.keep(ctx, i.name, archive) })
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
	if _, err := command.Run(ctx, "docker", "save", "--output", archive+".new", name); err != nil {
		return err
	}
	return os.Rename(archive+".new", archive)
}

// Remove takes the images out of the engine, with what was built on them, except what a container uses.
func Remove(ctx context.Context) error {
	// An image goes only after those built on it, so go on as long as that helps.
	for left := math.MaxInt; ; {
		out, err := command.Run(ctx, "docker", "images", "--all", "--filter", "label="+recipeLabel, "--format", "{{.Repository}}:{{.Tag}} {{.ID}}")
		if err != nil {
			return err
		}
		found := strings.Split(strings.TrimSpace(out), "\n")
		if out == "" || len(found) >= left {
			return nil
		}
		left = len(found)
		for _, line := range found {
			name, id, _ := strings.Cut(line, " ")
			if strings.HasPrefix(name, "<none>") {
				name = id
			}
			_, _ = command.Run(ctx, "docker", "rmi", name)
		}
	}
}

// pull gets an image from a registry. The returned function takes its name away again, unless it was there before.
func pull(ctx context.Context, name string) (forget func(), err error) {
	if _, err := command.Run(ctx, "docker", "image", "inspect", name); err == nil {
		return func() {}, nil
	}
	if _, err := command.Run(ctx, "docker", "pull", "--quiet", name); err != nil {
		return nil, err
	}
	return func() { untag(ctx, name) }, nil
}

// untag takes a name away from an image on which others are built.
func untag(ctx context.Context, name string) {
	_, _ = command.Run(context.WithoutCancel(ctx), "docker", "rmi", "--no-prune", name)
}

// recipe condenses what an image is made of.
func recipe(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
