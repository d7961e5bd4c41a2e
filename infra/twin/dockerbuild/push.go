package dockerbuild

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"crosscloud/infra/twin/services"
)

// registryHost is the form of the only registries the twin has: ECR's. An image must never leave the machine because
// of a mistyped tag.
var registryHost = regexp.MustCompile(`^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com$`)

// registry is where the twin's services answer for every registry host.
type registry struct {
	dir     string // of the twin, for its authority
	address string // host:port of the services
}

// options reach the registry of a host.
func (r registry) options(ctx context.Context, host string, as Registry) ([]remote.Option, error) {
	if !registryHost.MatchString(host) {
		return nil, fmt.Errorf("%s: the twin has no such registry, only <account>.dkr.ecr.<region>.amazonaws.com", host)
	}
	transport, err := services.Transport(r.dir, r.address)
	if err != nil {
		return nil, err
	}
	return []remote.Option{
		remote.WithContext(ctx),
		remote.WithAuth(authn.FromConfig(authn.AuthConfig{Username: as.Username, Password: as.Password})),
		remote.WithTransport(transport),
	}, nil
}

// credentialsFor picks what the program gave for a host. An address may be written as docker login takes it, which is
// with a scheme and a path, too.
func credentialsFor(host string, all []Registry) Registry {
	for _, r := range all {
		_, address, found := strings.Cut(r.Address, "://")
		if !found {
			address = r.Address
		}
		if address, _, _ = strings.Cut(address, "/"); address == host {
			return r
		}
	}
	return Registry{}
}

// push sends the engine's image to every tag and returns the digest of its manifest in the registry.
func (r registry) push(ctx context.Context, id string, tags []string, credentials []Registry) (digest string, err error) {
	dir, err := os.MkdirTemp("", "crosscloud-push-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	archive := filepath.Join(dir, "image.tar")
	if _, err := dockerOutput(ctx, "image", "save", "--output", archive, id); err != nil {
		return "", err
	}
	image, err := tarball.ImageFromPath(archive, nil)
	if err != nil {
		return "", fmt.Errorf("read the saved image: %w", err)
	}
	for _, text := range tags {
		tag, err := name.NewTag(text)
		if err != nil {
			return "", err
		}
		options, err := r.options(ctx, tag.RegistryStr(), credentialsFor(tag.RegistryStr(), credentials))
		if err != nil {
			return "", err
		}
		if err := remote.Write(tag, image, options...); err != nil {
			return "", fmt.Errorf("push %s: %w", tag, err)
		}
	}
	hash, err := image.Digest()
	return hash.String(), err
}

// has reports whether the registry still knows the digest in a tag's repository.
func (r registry) has(ctx context.Context, text, digest string, as Registry) (bool, error) {
	tag, err := name.NewTag(text)
	if err != nil {
		return false, err
	}
	options, err := r.options(ctx, tag.RegistryStr(), as)
	if err != nil {
		return false, err
	}
	_, err = remote.Head(tag.Digest(digest), options...)
	var refused *transport.Error
	if errors.As(err, &refused) && refused.StatusCode == http.StatusNotFound {
		return false, nil
	}
	return err == nil, err
}
