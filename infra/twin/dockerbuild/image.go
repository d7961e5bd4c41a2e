// Package dockerbuild is the twin's double of the docker-build provider. It builds with the engine of this machine and
// pushes to the registry among the twin's services.
package dockerbuild

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/state"
)

// Image is a built image.
type Image struct {
	ImageArgs
	Digest string `json:"digest"`
	Ref    string `json:"ref"`
}

// record is a built image as the resource's own id finds it again. The name on the engine stays with it.
type record struct {
	Image Image
	Local string
}

type images struct {
	env      cloud.Env
	twin     string
	registry registry
}

// Provider returns the one kind the program uses: Image.
func Provider(env cloud.Env) cloud.Provider { return newImages(env).provider() }

func newImages(env cloud.Env) images {
	return images{
		env:  env,
		twin: filepath.Base(env.Dir),
		registry: registry{
			dir:     env.Dir,
			address: netip.AddrPortFrom(env.Services, 443).String(),
		},
	}
}

func (i images) provider() cloud.Provider {
	return cloud.Provider{Name: "docker-build", Version: "0.0.22", Resources: []cloud.Resource{i.kind()}}
}

// Clean removes what all builds of a twin have left on the engine, for the end of the twin: a preview's build and that
// of an image which its program retains are nobody's to delete. It needs the twin's state, so it comes before that goes.
func Clean(ctx context.Context, env cloud.Env) error {
	i := newImages(env)
	builds, err := state.List[leftover](env.Store)
	if err != nil {
		return err
	}
	for local := range builds {
		err = errors.Join(err, i.removeLocal(ctx, local))
	}
	return err
}

func (i images) kind() cloud.Kind[ImageArgs, Image] {
	return cloud.Kind[ImageArgs, Image]{
		Token:    "docker-build:index:Image",
		Required: []string{"push"},
		// A registry's token is a new one at every run; that alone is no reason to build.
		Ignore: []string{"registries[*].password"},
		Normalize: func(_ string, in ImageArgs) ImageArgs {
			// What can't be read is reported by Check.
			if hash, err := contextHash(in.context(), in.dockerfile()); err == nil {
				in.ContextHash = hash
			}
			return in
		},
		Check:   check,
		Preview: i.preview,
		Create: func(ctx context.Context, name string, in ImageArgs) (string, Image, error) {
			r := record{Local: localTag(i.twin, name)}
			var err error
			if r.Image, err = i.build(ctx, in, r.Local); err != nil {
				return "", Image{}, err
			}
			id := r.Image.Digest
			if id == "" {
				id = name
			}
			return id, r.Image, i.keep(id, r)
		},
		Read: i.read,
		Update: func(ctx context.Context, id string, _ Image, in ImageArgs) (Image, error) {
			r, err := state.Get[record](i.env.Store, id)
			if err != nil {
				return Image{}, err
			}
			if r.Image, err = i.build(ctx, in, r.Local); err != nil {
				return Image{}, err
			}
			return r.Image, i.keep(id, r)
		},
		Delete: i.delete,
	}
}

// preview builds without pushing, so that a Dockerfile that does not build is found before anything is changed.
func (i images) preview(ctx context.Context, name string, in ImageArgs) error {
	if in.BuildOnPreview != nil && !*in.BuildOnPreview {
		return nil
	}
	in.Push = false
	_, err := i.build(ctx, in, localTag(i.twin, name))
	return err
}

// build makes the image and pushes it where the arguments say so.
func (i images) build(ctx context.Context, in ImageArgs, local string) (Image, error) {
	out := Image{ImageArgs: in}
	id, err := i.buildLocal(ctx, in, local)
	if err != nil {
		return Image{}, err
	}
	if len(in.Tags) > 0 {
		out.Ref = in.Tags[0]
	}
	if !in.Push {
		return out, nil
	}
	if out.Digest, err = i.registry.push(ctx, id, in.Tags, in.Registries); err != nil {
		return Image{}, err
	}
	out.Ref += "@" + out.Digest
	return out, nil
}

// keep writes the record without the registry's password, which is of no use by the time that anybody reads it.
func (i images) keep(id string, r record) error {
	r.Image.Registries = slices.Clone(r.Image.Registries)
	for n := range r.Image.Registries {
		r.Image.Registries[n].Password = ""
	}
	return state.Put(i.env.Store, id, r)
}

func (i images) read(ctx context.Context, id string) (Image, error) {
	r, err := state.Get[record](i.env.Store, id)
	if err != nil || r.Image.Digest == "" {
		return r.Image, err
	}
	// The program's own credentials have expired by now, and a refresh does not run the program.
	token, err := i.env.OperatorToken(ctx)
	if err != nil {
		return Image{}, err
	}
	tag := r.Image.Tags[0]
	there, err := i.registry.has(ctx, tag, r.Image.Digest, Registry{Username: ecr.User, Password: token})
	if err != nil {
		return Image{}, err
	}
	if !there {
		return Image{}, fmt.Errorf("%s@%s: %w", tag, r.Image.Digest, state.ErrNotFound)
	}
	return r.Image, nil
}

// delete removes what the builds left on this machine. What was pushed stays, as with the real provider: it belongs to
// the registry's own resource.
func (i images) delete(ctx context.Context, id string, _ Image) error {
	r, err := state.Get[record](i.env.Store, id)
	if err != nil {
		return err
	}
	if err := i.removeLocal(ctx, r.Local); err != nil {
		return err
	}
	return state.Delete[record](i.env.Store, id)
}
