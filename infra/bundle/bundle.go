// Package bundle packs the files that a host runs into one content-addressed archive.
//
// A host applies a bundle when its SHA-256 changes, so packing the same files must give the same bytes on
// every machine and in every checkout: entries are sorted, and no time, owner or permission of the checkout
// gets into the archive.
package bundle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Bundle is a tar.gz archive and the lower-case hexadecimal SHA-256 of its bytes.
type Bundle struct {
	Bytes  []byte
	SHA256 string
}

// Pack archives every regular file of files, and of extra (slash-separated path → content), which must not
// name a file that files has too. Embedded files carry no permission bits; a file is executable in the
// archive when its content starts with "#!". Anything but directories and regular files is refused.
func Pack(files fs.FS, extra map[string][]byte) (Bundle, error) {
	contents := maps.Clone(extra)
	if contents == nil {
		contents = map[string][]byte{}
	}
	for name := range extra {
		if !fs.ValidPath(name) || name == "." {
			return Bundle{}, fmt.Errorf("bundle: %q is not a relative, clean path", name)
		}
	}
	if err := collect(files, contents); err != nil {
		return Bundle{}, err
	}
	names := slices.Sorted(maps.Keys(contents))
	if err := refuseNesting(names, contents); err != nil {
		return Bundle{}, err
	}
	archive, err := write(names, contents)
	if err != nil {
		return Bundle{}, fmt.Errorf("bundle: %w", err)
	}
	sum := sha256.Sum256(archive)
	return Bundle{Bytes: archive, SHA256: hex.EncodeToString(sum[:])}, nil
}

func collect(files fs.FS, contents map[string][]byte) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("bundle: walk %s: %w", name, err)
		}
		if entry.IsDir() {
			return nil
		}
		if !entry.Type().IsRegular() {
			return fmt.Errorf("bundle: %s is neither a directory nor a regular file", name)
		}
		if _, twice := contents[name]; twice {
			return fmt.Errorf("bundle: %s is given twice", name)
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("bundle: read %s: %w", name, err)
		}
		contents[name] = content
		return nil
	})
}

// refuseNesting finds a path that is both a file and the directory of another file: tar would write it and
// the host would fail to extract it.
func refuseNesting(names []string, contents map[string][]byte) error {
	for _, name := range names {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if _, isFile := contents[dir]; isFile {
				return fmt.Errorf("bundle: %s is both a file and the directory of %s", dir, name)
			}
		}
	}
	return nil
}

func write(names []string, contents map[string][]byte) ([]byte, error) {
	var archive bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&archive, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	tarball := tar.NewWriter(compressed)
	for _, name := range names {
		content := contents[name]
		// USTAR has no room for sub-second times and other extras that would differ between machines.
		header := &tar.Header{
			Typeflag: tar.TypeReg,
			Name:     name,
			Size:     int64(len(content)),
			Mode:     mode(content),
			Format:   tar.FormatUSTAR,
		}
		if err := tarball.WriteHeader(header); err != nil {
			return nil, fmt.Errorf("write header of %s: %w", name, err)
		}
		if _, err := tarball.Write(content); err != nil {
			return nil, fmt.Errorf("write %s: %w", name, err)
		}
	}
	if err := tarball.Close(); err != nil {
		return nil, fmt.Errorf("close archive: %w", err)
	}
	if err := compressed.Close(); err != nil {
		return nil, fmt.Errorf("close compression: %w", err)
	}
	return archive.Bytes(), nil
}

func mode(content []byte) int64 {
	if strings.HasPrefix(string(content[:min(2, len(content))]), "#!") {
		return 0o755
	}
	return 0o644
}
