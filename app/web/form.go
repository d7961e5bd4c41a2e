package web

import (
	"errors"
	"net/http"
	"net/url"

	"crosscloud/app/request"
)

// formType is how a browser sends a form without files.
const formType = "application/x-www-form-urlencoded"

// errForm replaces the parser's own errors, which quote what was sent.
var errForm = errors.New("the form is malformed")

// form holds each field once: of two fields with one name somebody in between
// could read the first and we the last.
type form map[string]string

func readForm(w http.ResponseWriter, r *http.Request) (form, error) {
	body, err := request.Body(w, r, formType)
	if err != nil {
		return nil, err
	}
	return decodeForm(string(body))
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
