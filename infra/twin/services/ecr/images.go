package ecr

import (
	"cmp"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"crosscloud/infra/twin/state"
)

// Image is a manifest in a repository. Its id in the store is REPOSITORY@DIGEST.
type Image struct {
	Repository string    `json:"repository"`
	Digest     string    `json:"digest"`
	MediaType  string    `json:"mediaType"`
	Manifest   []byte    `json:"manifest"`
	Pushed     time.Time `json:"pushed"`
}

// Tag is a name of an image. Its id in the store is REPOSITORY:NAME.
type Tag struct {
	Repository string    `json:"repository"`
	Name       string    `json:"name"`
	Digest     string    `json:"digest"`
	Pushed     time.Time `json:"pushed"`
}

// Images returns what a repository holds, the oldest first.
func Images(s *state.Store, repository string) ([]Image, error) {
	all, err := state.List[Image](s)
	if err != nil {
		return nil, err
	}
	var own []Image
	for _, image := range all {
		if image.Repository == repository {
			own = append(own, image)
		}
	}
	slices.SortFunc(own, func(a, b Image) int {
		return cmp.Or(a.Pushed.Compare(b.Pushed), cmp.Compare(a.Digest, b.Digest))
	})
	return own, nil
}

// Tags returns the names of a repository's images, sorted.
func Tags(s *state.Store, repository string) ([]string, error) {
	all, err := state.List[Tag](s)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, tag := range all {
		if tag.Repository == repository {
			names = append(names, tag.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Erase removes the images, tags and blobs of a repository, which is for the provider to do when it deletes one.
func Erase(s *state.Store, repository string) error {
	images, err := Images(s, repository)
	if err != nil {
		return err
	}
	tags, err := Tags(s, repository)
	if err != nil {
		return err
	}
	for _, tag := range tags {
		if err := state.Delete[Tag](s, repository+":"+tag); err != nil && !errors.Is(err, state.ErrNotFound) {
			return err
		}
	}
	for _, image := range images {
		if err := state.Delete[Image](s, repository+"@"+image.Digest); err != nil && !errors.Is(err, state.ErrNotFound) {
			return err
		}
	}
	return os.RemoveAll(directory(s, repository))
}

// directory holds a repository's blobs and the uploads under way. Repositories share no blob, as on ECR: who may pull
// one must not read what is in another.
func directory(s *state.Store, repository string) string {
	return filepath.Join(s.Dir(), "registry", url.PathEscape(repository))
}
