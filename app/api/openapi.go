package api

import (
	_ "embed"
	"net/http"
)

const documentPath = "/openapi.json"

//go:embed openapi.json
var document []byte

var documentTag = tagOf(document)

// describe serves the description of the API, which tests compare with what
// is served.
func describe(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-cache") // the same for everybody
	w.Header().Del("X-Robots-Tag")
	send(w, r, http.StatusOK, document, documentTag)
	return nil
}
