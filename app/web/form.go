package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// maxBody is far above any title, so that somebody who pastes a letter is told
// how long a title may be and still has the text. In bytes.
const maxBody = 64 << 10

var (
	// errForm replaces the parser's own errors, which quote what was sent.
	errForm        = errors.New("the form is malformed")
	errContentType = errors.New("the body is no form")
)

// form holds each field once: of two fields with one name somebody in between
// could read the first and we the last.
type form map[string]string

// readForm reads a form to its end before anything is done with it.
func readForm(w http.ResponseWriter, r *http.Request) (form, error) {
	if !isForm(r.Header) {
		return nil, errContentType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, err
	}
	if err != nil {
		return nil, errForm // cut off on its way
	}
	return decodeForm(string(body))
}

// isForm accepts what a browser sends for a form without files.
func isForm(header http.Header) bool {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	charset := parameters["charset"]
	return err == nil && kind == "application/x-www-form-urlencoded" &&
		(charset == "" || strings.EqualFold(charset, "utf-8")) &&
		header.Get("Content-Encoding") == ""
}

func decodeForm(body string) (form, error) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, errForm
	}
	fields := make(form, len(values))
	for name, value := range values {
		if len(value) != 1 {
			return nil, errForm
		}
		fields[name] = value[0]
	}
	return fields, nil
}

// flag reads a field that is "true" or "false" and nothing else.
func (f form) flag(name string) (bool, error) {
	switch f[name] {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errForm
}
