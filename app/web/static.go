package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"crosscloud/app/etag"
)

// files are the static files by their plain names. Each is served under a name
// with the hash of its content in it, so that browsers keep it for good:
// style.css is /static/style.0123456789abcdef.css.
type files map[string]*file

type file struct {
	name        string // with the hash
	contentType string
	content     []byte
	gzipped     []byte // nil where it would not be smaller
}

const (
	forGood = "public, max-age=31536000, immutable"
	recheck = "no-cache"
)

// contentTypes is not left to the mime package, which asks the machine it runs on.
var contentTypes = map[string]string{
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".txt":         "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json",
}

func readFiles(from fs.FS) (files, error) {
	names, err := fs.Glob(from, "static/*")
	if err != nil {
		return nil, err
	}
	f := files{}
	for _, name := range names {
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		extension := path.Ext(name)
		kind, known := contentTypes[extension]
		if !known {
			return nil, fmt.Errorf("%s: no content type is known for %s", name, extension)
		}
		plain := path.Base(name)
		sum := sha256.Sum256(content)
		f[plain] = &file{
			name:        strings.TrimSuffix(plain, extension) + "." + hex.EncodeToString(sum[:8]) + extension,
			contentType: kind, content: content, gzipped: compress(content),
		}
	}
	return f, nil
}

// compress works at start-up, once, so it may take its time. Brotli would save
// a tenth of these few kilobytes and cost a library.
func compress(content []byte) []byte {
	var packed bytes.Buffer
	zipper, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level exists
	zipper.Write(content)
	zipper.Close() // into memory: neither fails
	if packed.Len() >= len(content) {
		return nil
	}
	return packed.Bytes()
}

// address is where a page finds a file; templates call it.
func (f files) address(plain string) (string, error) {
	if file, ok := f[plain]; ok {
		return "/static/" + file.name, nil
	}
	return "", fmt.Errorf("there is no static file %s", plain)
}

// find accepts a name with any hash or none, but lets only its own be kept. In a
// rollout a page of one release asks the other for a file that is not quite the
// same there; a page that looks a little different until it is loaded again is
// better than one without a style sheet.
func (f files) find(name string) (found *file, cacheControl string) {
	extension := path.Ext(name)
	stem := strings.TrimSuffix(name, extension)
	if base, hash, hashed := strings.Cut(stem, "."); hashed && hash != "" {
		stem = base
	}
	found = f[stem+extension]
	if found != nil && found.name == name {
		return found, forGood
	}
	return found, recheck
}

func (h *handlers) static(w http.ResponseWriter, r *http.Request) {
	found, cacheControl := h.look().files.find(r.PathValue("file"))
	if found == nil {
		h.errorPage(w, r, http.StatusNotFound)
		return
	}
	found.serve(w, r, cacheControl)
}

// fixed serves a file at an address that somebody else chose.
func (h *handlers) fixed(plain string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, _ := h.look().files.find(plain)
		found.serve(w, r, "public, max-age=86400")
	}
}

func (f *file) serve(w http.ResponseWriter, r *http.Request, cacheControl string) {
	header := w.Header()
	header.Set("Cache-Control", cacheControl)
	header.Set("Content-Type", f.contentType)
	header.Set("Vary", "Accept-Encoding")
	body, tag := f.content, `"`+f.name+`"`
	if f.gzipped != nil && acceptsGzip(r.Header) {
		header.Set("Content-Encoding", "gzip")
		body, tag = f.gzipped, `"`+f.name+`.gz"`
	}
	header.Set("ETag", tag)
	if etag.Known(r, tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

// acceptsGzip is true unless the header is silent about gzip or excludes it.
func acceptsGzip(header http.Header) bool {
	for coding := range strings.SplitSeq(header.Get("Accept-Encoding"), ",") {
		name, parameters, err := mime.ParseMediaType(coding)
		if err != nil || name != "gzip" && name != "*" {
			continue
		}
		quality, err := strconv.ParseFloat(parameters["q"], 64)
		return err != nil && parameters["q"] == "" || quality > 0
	}
	return false
}
