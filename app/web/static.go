package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed static
var staticFiles embed.FS

// static serves the embedded files. They are revalidated by content and not
// cached for long under a versioned name: during a rollout a page of the new
// release may fetch its style sheet from the old one.
func static(notFound http.Handler) http.Handler {
	type file struct {
		content []byte
		tag     string
	}
	files := map[string]file{}
	names, err := fs.Glob(staticFiles, "static/*")
	if err != nil {
		panic(err) // only a malformed pattern
	}
	for _, name := range names {
		content, err := staticFiles.ReadFile(name)
		if err != nil {
			panic(err) // embedded, so it cannot be missing
		}
		sum := sha256.Sum256(content)
		files[path.Base(name)] = file{content, `"` + hex.EncodeToString(sum[:8]) + `"`}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("file")
		f, ok := files[name]
		if !ok {
			notFound.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", f.tag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.content))
	})
}
