package request

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

// MaxBody is far above any title, so that somebody who pastes a letter is told
// how long a title may be and still has the text. In bytes.
const MaxBody = 64 << 10

// Why a body is not read.
var (
	ErrType     = errors.New("the body has another content type")
	ErrTooLarge = errors.New("the body is too large")
	ErrCutOff   = errors.New("the body ends before its announced length")
)

// Body reads a body of this media type to its end, before anything is done with
// it: a slow client holds nothing but its own connection.
func Body(w http.ResponseWriter, r *http.Request, mediaType string) ([]byte, error) {
	if !hasType(r.Header, mediaType) {
		return nil, ErrType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, ErrTooLarge
	case err != nil:
		return nil, ErrCutOff
	}
	return body, nil
}

// hasType accepts UTF-8 alone, and nothing compressed, which could be of any size.
func hasType(header http.Header, mediaType string) bool {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	charset := parameters["charset"]
	return err == nil && kind == mediaType &&
		(charset == "" || strings.EqualFold(charset, "utf-8")) &&
		header.Get("Content-Encoding") == ""
}
