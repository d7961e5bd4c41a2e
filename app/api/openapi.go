package api

import (
	"crypto/sha256"
	_ "embed"
	"net/http"

	"crosscloud/app/etag"
)

const documentPath = "/openapi.json"

//go:embed openapi.json
var document []byte

var documentTag = etag.Weak(sha256.Sum256(document))

// describe serves the description of the API, which tests compare with what
// is served.
func describe(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache") // the same for everybody
	w.Header().Del("X-Robots-Tag")
	send(w, r, http.StatusOK, document, documentTag)
	return nil
}
