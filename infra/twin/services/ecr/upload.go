package ecr

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

const (
	// maxLayer is ECR's limit for one layer.
	maxLayer = 52000 << 20
	// abandoned is when an upload that nobody finished is taken away.
	abandoned = 24 * time.Hour
)

// upload keeps a blob that comes in parts in a file, because the library would keep it in memory. The finished blob goes
// to the library as one.
func (s *Server) upload(w http.ResponseWriter, r *http.Request, c call) error {
	switch {
	case r.Method == http.MethodPost && c.target != "", r.Method != http.MethodPost && c.target == "":
		return &failure{http.StatusBadRequest, "BLOB_UPLOAD_INVALID", "POST begins an upload; PATCH and PUT name one."}
	case r.Method == http.MethodPost:
		return s.begin(w, c)
	}
	path := c.uploadPath(c.target)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return &failure{http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN", "The upload could not be found. It may have been cancelled, or finished."}
	}
	if err != nil {
		return err
	}
	defer file.Close()
	size, err := receive(file, r)
	if err != nil {
		return err
	}
	if r.Method == http.MethodPatch {
		c.progress(w, c.target, size)
		return nil
	}
	if err := s.finish(w, r, c, file, size); err != nil {
		return err
	}
	return os.Remove(path)
}

func (s *Server) begin(w http.ResponseWriter, c call) error {
	dir := filepath.Dir(c.uploadPath(""))
	for _, needed := range []string{dir, filepath.Join(c.dir, "blobs")} {
		if err := os.MkdirAll(needed, 0o700); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && s.now().Sub(info.ModTime()) > abandoned {
			_ = os.Remove(filepath.Join(dir, entry.Name())) // another request may have been faster
		}
	}
	var id [16]byte
	rand.Read(id[:])
	name := hex.EncodeToString(id[:])
	if err := os.WriteFile(c.uploadPath(name), nil, 0o600); err != nil {
		return err
	}
	c.progress(w, name, 0)
	return nil
}

func (c call) uploadPath(id string) string { return filepath.Join(c.dir, "uploads", "part-"+id) }

// progress tells the client where to go on.
func (c call) progress(w http.ResponseWriter, id string, size int64) {
	w.Header().Set("Location", "/v2/"+c.repository.Name+"/blobs/uploads/"+id)
	w.Header().Set("Docker-Upload-Uuid", id)
	w.Header().Set("Range", fmt.Sprintf("0-%d", max(size-1, 0)))
	w.WriteHeader(http.StatusAccepted)
}

// receive adds the request's body to what has come before, and returns how much there is now.
func receive(file *os.File, r *http.Request) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if text := r.Header.Get("Content-Range"); text != "" {
		var start, end int64
		if _, err := fmt.Sscanf(text, "%d-%d", &start, &end); err != nil || start != info.Size() {
			return 0, &failure{http.StatusRequestedRangeNotSatisfiable, "BLOB_UPLOAD_INVALID", fmt.Sprintf("The upload has %d bytes; %q does not go on from there.", info.Size(), text)}
		}
	}
	n, err := io.Copy(file, io.LimitReader(r.Body, maxLayer-info.Size()+1))
	if err != nil {
		return 0, &failure{http.StatusBadRequest, "BLOB_UPLOAD_INVALID", "The body ended early."}
	}
	if info.Size()+n > maxLayer {
		return 0, &failure{http.StatusRequestEntityTooLarge, "SIZE_INVALID", "The layer is larger than ECR's limit of 52,000 MiB."}
	}
	return info.Size() + n, nil
}

// finish hands the file to the library, which checks the digest again while it copies.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, c call, file *os.File, size int64) error {
	want, err := v1.NewHash(r.URL.Query().Get("digest"))
	if err != nil {
		return &failure{http.StatusBadRequest, "DIGEST_INVALID", "The digest is missing or malformed."}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if got, _, err := v1.SHA256(file); err != nil {
		return err
	} else if got != want {
		return &failure{http.StatusBadRequest, "DIGEST_INVALID", fmt.Sprintf("The layer has the digest %s, not %s.", got, want)}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	whole := r.Clone(r.Context())
	whole.Method = http.MethodPost
	whole.URL.Path = "/v2/" + c.repository.Name + "/blobs/uploads/"
	whole.URL.RawQuery = url.Values{"digest": {want.String()}}.Encode()
	whole.Body, whole.ContentLength = io.NopCloser(file), size
	w.Header().Set("Location", "/v2/"+c.repository.Name+"/blobs/"+want.String())
	return s.blobs(w, whole, c)
}
