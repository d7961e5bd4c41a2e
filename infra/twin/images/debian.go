package images

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"crosscloud/infra/twin/command"
)

//go:embed debian
var debianFiles embed.FS

const (
	suite           = "trixie"
	publishedDebian = "debian:trixie"           // a registry's bare Debian 13
	minbase         = "crosscloud-twin/minbase" // or the same from Debian's archive
)

// debian is Debian 13 with systemd, cloud-init, OpenSSH and what else a cloud's image has.
func (b *Builder) debian(ctx context.Context) (image, error) {
	apt := hostArchive(ctx)
	files, err := fs.Sub(debianFiles, "debian")
	if err != nil {
		return image{}, err
	}
	parts := []string{runtime.GOARCH, apt.sources(), apt.options}
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		parts = append(parts, path, string(text))
		return err
	})
	if err != nil {
		return image{}, err
	}
	i := image{name: Debian, recipe: recipe(parts...)}
	i.build = func(ctx context.Context, progress io.Writer) error {
		return b.buildDebian(ctx, progress, i, files, apt)
	}
	return i, nil
}

func (b *Builder) buildDebian(ctx context.Context, progress io.Writer, i image, files fs.FS, apt archive) error {
	base, forget, err := b.bareDebian(ctx, progress, apt)
	if err != nil {
		return err
	}
	defer forget()
	dir, err := os.MkdirTemp("", "crosscloud-debian-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.CopyFS(dir, files); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "apt"), 0o755); err != nil {
		return err
	}
	for name, text := range map[string]string{"debian.sources": apt.sources(), "90twin": apt.options} {
		if err := os.WriteFile(filepath.Join(dir, "apt", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return command.Step(progress, "install in Debian 13 what a cloud's image has", func() error {
		_, err := command.Run(ctx, "docker", "build", "--quiet", "--force-rm", "--network", "host", "--build-arg", "BASE="+base,
			"--label", recipeLabel+"="+i.recipe, "--tag", i.name, dir)
		return err
	})
}

// bareDebian is the image to start from: the published one where a registry answers, otherwise one made by debootstrap.
// The name is to be forgotten once something is built on it.
func (b *Builder) bareDebian(ctx context.Context, progress io.Writer, apt archive) (name string, forget func(), err error) {
	forget, err = pull(ctx, publishedDebian)
	if err == nil {
		return publishedDebian, forget, nil
	}
	if os.Geteuid() != 0 {
		return "", nil, fmt.Errorf("%w; without it, Debian 13 is made by debootstrap, which needs root: run this with sudo", err)
	}
	if err := b.install(ctx, "debootstrap"); err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "crosscloud-minbase-")
	if err != nil {
		return "", nil, err
	}
	defer os.RemoveAll(dir)
	err = command.Step(progress, "bootstrap Debian 13 from "+apt.main, func() error {
		if _, err := command.Run(ctx, "debootstrap", "--variant=minbase", suite, dir, apt.main); err != nil {
			return err
		}
		return command.Pipe(
			exec.CommandContext(ctx, "tar", "-C", dir, "-c", "."),
			exec.CommandContext(ctx, "docker", "import", "--change", "LABEL "+recipeLabel+"=minbase", "-", minbase))
	})
	return minbase, func() { untag(ctx, minbase) }, err
}
