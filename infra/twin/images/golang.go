package images

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"crosscloud/infra/twin/command"
)

// passed are the settings of this machine's go command that decide where modules come from; the app's build in the image
// needs them where they differ from the defaults.
var passed = []string{"GOPROXY", "GOSUMDB", "GONOSUMDB", "GONOPROXY", "GOPRIVATE", "GOINSECURE", "GOVCS", "GOFLAGS"}

// bundles are where distributions keep the certificates that this machine trusts.
var bundles = []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"}

// golang is the image that the app's Dockerfile starts from: the one that it names itself where a registry has that,
// otherwise this machine's toolchain on Debian.
func (b *Builder) golang(ctx context.Context) (image, error) {
	published, err := b.published()
	if err != nil {
		return image{}, err
	}
	out, err := command.Run(ctx, "go", "env", "-json")
	if err != nil {
		return image{}, err
	}
	var all map[string]string
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		return image{}, err
	}
	if out, err = command.Run(ctx, "go", "env", "-json", "-changed"); err != nil {
		return image{}, err
	}
	var changed map[string]string
	if err := json.Unmarshal([]byte(out), &changed); err != nil {
		return image{}, err
	}
	env := map[string]string{"PATH": "/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "GOTOOLCHAIN": "local"}
	for _, key := range passed {
		if value, ok := changed[key]; ok {
			env[key] = value
		}
	}
	certificates, err := certificates()
	if err != nil {
		return image{}, err
	}
	parts := []string{runtime.GOARCH, published, all["GOVERSION"], string(certificates)}
	for _, key := range slices.Sorted(maps.Keys(env)) {
		parts = append(parts, key+"="+env[key])
	}
	i := image{name: Golang, recipe: recipe(parts...)}
	i.build = func(ctx context.Context, progress io.Writer) error {
		if forget, err := pull(ctx, published); err == nil {
			defer forget()
			return b.commit(ctx, i, published, env, certificates, "")
		}
		return command.Step(progress, "copy "+all["GOVERSION"]+" into an image", func() error {
			return b.commit(ctx, i, Debian, env, certificates, all["GOROOT"])
		})
	}
	return i, nil
}

// published is the image that the Dockerfile names by default.
func (b *Builder) published() (string, error) {
	text, err := os.ReadFile(filepath.Join(b.root, "Dockerfile"))
	if err != nil {
		return "", err
	}
	found := regexp.MustCompile(`(?m)^ARG GO_IMAGE=(\S+)`).FindSubmatch(text)
	if found == nil {
		return "", fmt.Errorf("the Dockerfile has no ARG GO_IMAGE with a default")
	}
	return string(found[1]), nil
}

func certificates() ([]byte, error) {
	for _, path := range bundles {
		if text, err := os.ReadFile(path); err == nil {
			return text, nil
		}
	}
	return nil, fmt.Errorf("this machine has no bundle of trusted certificates; looked at %s", strings.Join(bundles, ", "))
}

// commit makes an image of a base, this machine's certificates and, if goroot is not empty, its toolchain.
func (b *Builder) commit(ctx context.Context, i image, base string, env map[string]string, certificates []byte, goroot string) error {
	out, err := command.Run(ctx, "docker", "create", "--label", recipeLabel+"="+i.recipe, base, "true")
	if err != nil {
		return err
	}
	container := strings.TrimSpace(out)
	defer command.Run(context.WithoutCancel(ctx), "docker", "rm", "--force", container)

	bundle, err := os.CreateTemp("", "crosscloud-ca-")
	if err != nil {
		return err
	}
	defer os.Remove(bundle.Name())
	if _, err := bundle.Write(certificates); err != nil {
		return err
	}
	if err := bundle.Close(); err != nil {
		return err
	}
	if err := os.Chmod(bundle.Name(), 0o644); err != nil {
		return err
	}
	if _, err := command.Run(ctx, "docker", "cp", bundle.Name(), container+":"+bundles[0]); err != nil {
		return err
	}
	if goroot != "" {
		// Debian's own golang package is a tree of links, hence --dereference.
		err := command.Pipe(
			exec.CommandContext(ctx, "tar", "-C", goroot, "--dereference", "--transform", "s,^\\.,usr/local/go,", "--exclude", "./test", "-c", "."),
			exec.CommandContext(ctx, "docker", "cp", "-", container+":/"))
		if err != nil {
			return err
		}
	}
	args := []string{"commit", "--change", "LABEL " + recipeLabel + "=" + i.recipe}
	for _, key := range slices.Sorted(maps.Keys(env)) {
		args = append(args, "--change", fmt.Sprintf("ENV %s=%q", key, env[key]))
	}
	_, err = command.Run(ctx, "docker", append(args, container, i.name)...)
	return err
}
