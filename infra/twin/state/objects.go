package state

import (
	"fmt"
	"path/filepath"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3afero"
)

// Objects returns the contents of all S3 buckets. The provider puts objects here directly, hosts get them through the
// services; the files are the same. The backend keeps one version of an object, whatever the bucket's settings.
func Objects(s *Store) (gofakes3.Backend, error) {
	dir := filepath.Join(s.dir, "objects")
	if err := s.makeDir(dir); err != nil {
		return nil, fmt.Errorf("open the object store: %w", err)
	}
	files, err := s3afero.FsPath(dir, 0)
	if err != nil {
		return nil, fmt.Errorf("open the object store %s: %w", dir, err)
	}
	backend, err := s3afero.MultiBucket(files)
	if err != nil {
		return nil, fmt.Errorf("open the object store %s: %w", dir, err)
	}
	return backend, nil
}
