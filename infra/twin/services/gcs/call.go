package gcs

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// call is what a request asks for.
type call struct {
	operation    string // one of the keys of parameters
	bucket, name string
	// generation is the one that the object must have; 0 is that of no object, and -1 stands for any.
	generation int64
}

const (
	insert   = "objects.insert"
	get      = "objects.get"
	download = "objects.get with alt=media"
)

// parameters are the query's words that each operation takes.
var parameters = map[string][]string{
	insert:   {"uploadType", "name", "ifGenerationMatch", "alt", "prettyPrint"},
	get:      {"ifGenerationMatch", "alt", "prettyPrint"},
	download: {"ifGenerationMatch", "alt"},
}

// parse refuses by name what the twin does not model: lists, deletion, copies, other ways to upload and the XML API.
func parse(r *http.Request) (call, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return call{}, invalid("The query is malformed: %v", err)
	}
	c, err := operation(r, query)
	if err != nil {
		return c, err
	}
	for parameter, values := range query {
		if !slices.Contains(parameters[c.operation], parameter) || len(values) > 1 {
			return c, unknown("the parameter %s=%s of %s", parameter, strings.Join(values, ","), c.operation)
		}
	}
	for header := range r.Header {
		if strings.HasPrefix(header, "X-Goog-") && header != "X-Goog-Api-Client" {
			return c, unknown("the header %s", header)
		}
	}
	if err := CheckName(c.name); err != nil {
		return c, err
	}
	c.generation = -1
	if text := query.Get("ifGenerationMatch"); text != "" {
		if c.generation, err = strconv.ParseInt(text, 10, 64); err != nil || c.generation < 0 {
			return c, invalid("Invalid value at 'if_generation_match' (TYPE_INT64), \"%s\"", text)
		}
	}
	return c, nil
}

// operation reads the path. An object's name is one part of it, in which slashes are escaped.
func operation(r *http.Request, query url.Values) (call, error) {
	parts := strings.Split(r.URL.EscapedPath(), "/")
	upload := len(parts) == 7 && parts[1] == "upload"
	if upload {
		parts = parts[1:]
	}
	isObjects := len(parts) >= 6 && parts[1] == "storage" && parts[2] == "v1" && parts[3] == "b" && parts[5] == "o"
	var c call
	switch {
	case upload && isObjects && r.Method == http.MethodPost:
		c.operation, c.name = insert, query.Get("name")
		if kind := query.Get("uploadType"); kind != "media" {
			return c, unknown("uploads with uploadType=%s, but with uploadType=media", kind)
		}
		if c.name == "" {
			return c, &Error{http.StatusBadRequest, "required", "Required parameter: name"}
		}
	case !upload && isObjects && len(parts) == 7 && r.Method == http.MethodGet:
		c.operation = get
		if query.Get("alt") == "media" {
			c.operation = download
		}
		var err error
		if c.name, err = url.PathUnescape(parts[6]); err != nil {
			return c, invalid("Invalid object name: %v", err)
		}
	default:
		return c, unknown("%s %s: it knows objects.insert with uploadType=media and objects.get of the JSON API, where an object's name is one escaped part of the path",
			r.Method, r.URL.Path)
	}
	var err error
	if c.bucket, err = url.PathUnescape(parts[4]); err != nil || c.bucket == "" || strings.Contains(c.bucket, "/") {
		return c, invalid("Invalid bucket name: '%s'", parts[4])
	}
	if alt := query.Get("alt"); alt != "" && alt != "json" && c.operation != download {
		return c, unknown("the parameter alt=%s of %s", alt, c.operation)
	}
	return c, nil
}

// CheckName follows https://cloud.google.com/storage/docs/objects#naming.
func CheckName(name string) error {
	switch {
	case len(name) > 1024:
		return invalid("The maximum object length is 1024 characters, but got a name with %d characters: '%.20s...'", len(name), name)
	case name == "" || name == "." || name == ".." || !utf8.ValidString(name) || strings.ContainsAny(name, "\r\n") ||
		strings.HasPrefix(name, ".well-known/acme-challenge/"):
		return invalid("Invalid object name: '%s'", name)
	}
	return nil
}

func (c call) String() string { return fmt.Sprintf("%s of %s/%s", c.operation, c.bucket, c.name) }
