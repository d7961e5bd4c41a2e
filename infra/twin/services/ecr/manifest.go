package ecr

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"crosscloud/infra/twin/state"
)

// maxManifest is what the registry's specification asks of clients not to exceed.
const maxManifest = 4 << 20

func (s *Server) manifest(w http.ResponseWriter, r *http.Request, c call) error {
	if r.Method == http.MethodPut {
		return s.putManifest(w, r, c)
	}
	image, err := s.find(c)
	if errors.Is(err, state.ErrNotFound) {
		return &failure{http.StatusNotFound, "MANIFEST_UNKNOWN", "Requested image not found"}
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", image.MediaType)
	w.Header().Set("Content-Length", strconv.Itoa(len(image.Manifest)))
	w.Header().Set("Docker-Content-Digest", image.Digest)
	if r.Method == http.MethodGet {
		_, _ = w.Write(image.Manifest) // the client went away
	}
	return nil
}

// find resolves a digest or a tag.
func (s *Server) find(c call) (Image, error) {
	digest := c.target
	if !strings.HasPrefix(digest, "sha256:") {
		tag, err := state.Get[Tag](s.store, c.repository.Name+":"+c.target)
		if err != nil {
			return Image{}, err
		}
		digest = tag.Digest
	}
	return state.Get[Image](s.store, c.repository.Name+"@"+digest)
}

// putManifest takes an image when all of its parts are here, and its tag when that may be set.
func (s *Server) putManifest(w http.ResponseWriter, r *http.Request, c call) error {
	content, err := io.ReadAll(io.LimitReader(r.Body, maxManifest+1))
	if err != nil {
		return &failure{http.StatusBadRequest, "MANIFEST_INVALID", "The manifest could not be read."}
	}
	if len(content) > maxManifest {
		return &failure{http.StatusRequestEntityTooLarge, "SIZE_INVALID", "The manifest is larger than 4 MiB."}
	}
	hash, _, err := v1.SHA256(bytes.NewReader(content))
	if err != nil {
		return err
	}
	digest := hash.String()
	byDigest := strings.Contains(c.target, ":")
	if byDigest && c.target != digest {
		return &failure{http.StatusBadRequest, "DIGEST_INVALID", fmt.Sprintf("The manifest has the digest %s, not %s.", digest, c.target)}
	}
	mediaType := types.MediaType(r.Header.Get("Content-Type"))
	if err := s.complete(c, mediaType, content); err != nil {
		return err
	}
	now := s.now().UTC()
	put := func() error {
		return state.Update(s.store, c.repository.Name+"@"+digest, func(known Image, err error) (Image, error) {
			if err == nil {
				return known, nil // pushed before
			}
			return Image{Repository: c.repository.Name, Digest: digest, MediaType: string(mediaType), Manifest: content, Pushed: now}, nil
		})
	}
	if byDigest {
		err = put()
	} else {
		// The image before its tag, and neither when the tag is taken: a refused push leaves nothing.
		if err = s.tagIsFree(c); err == nil {
			err = put()
		}
		if err == nil {
			err = s.setTag(c, digest)
		}
	}
	if err != nil {
		return err
	}
	w.Header().Set("Docker-Content-Digest", digest)
	w.Header().Set("Location", "/v2/"+c.repository.Name+"/manifests/"+digest)
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (s *Server) tagIsFree(c call) error {
	_, err := state.Get[Tag](s.store, c.repository.Name+":"+c.target)
	switch {
	case errors.Is(err, state.ErrNotFound):
		return nil
	case err != nil:
		return err
	case c.repository.ImmutableTags:
		// ECR refuses the same image under the same tag too.
		return &failure{http.StatusBadRequest, "TAG_INVALID", fmt.Sprintf("The image tag '%s' already exists in the '%s' repository and cannot be overwritten because the tag is immutable.", c.target, c.repository.Name)}
	}
	return nil
}

// setTag looks again, under the store's lock: of two pushes at once one is refused.
func (s *Server) setTag(c call, digest string) error {
	return state.Update(s.store, c.repository.Name+":"+c.target, func(Tag, error) (Tag, error) {
		return Tag{Repository: c.repository.Name, Name: c.target, Digest: digest, Pushed: s.now().UTC()}, s.tagIsFree(c)
	})
}

// complete refuses a manifest whose layers, or whose images for the single platforms, were not pushed before it.
func (s *Server) complete(c call, mediaType types.MediaType, content []byte) error {
	invalid := func(err error) error {
		return &failure{http.StatusBadRequest, "MANIFEST_INVALID", err.Error()}
	}
	switch {
	case mediaType.IsIndex():
		index, err := v1.ParseIndexManifest(bytes.NewReader(content))
		if err != nil {
			return invalid(err)
		}
		for _, m := range index.Manifests {
			if _, err := state.Get[Image](s.store, c.repository.Name+"@"+m.Digest.String()); err != nil {
				return &failure{http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", fmt.Sprintf("Images with digests '[%s]' required for pushing image into repository with name '%s' do not exist", m.Digest, c.repository.Name)}
			}
		}
	case mediaType.IsImage():
		image, err := v1.ParseManifest(bytes.NewReader(content))
		if err != nil {
			return invalid(err)
		}
		for _, layer := range append(image.Layers, image.Config) {
			if layer.MediaType.IsDistributable() && !c.hasBlob(layer.Digest.Hex) {
				return &failure{http.StatusNotFound, "MANIFEST_BLOB_UNKNOWN", fmt.Sprintf("Layers with digests '[%s]' required for pushing image into repository with name '%s' do not exist", layer.Digest, c.repository.Name)}
			}
		}
	default:
		return invalid(fmt.Errorf("the media type %q is not that of an image or an index", mediaType))
	}
	return nil
}
