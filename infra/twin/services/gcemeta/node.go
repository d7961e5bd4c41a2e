package gcemeta

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"crosscloud/infra/twin/state"
)

// The kinds of node in the tree. Each is written in two ways: as text, where a directory is a listing, and as JSON.
type (
	// object is a directory whose names are the server's own: lower-case with hyphens in a path, camel case in JSON.
	object map[string]any
	// attributes is a directory whose names are the user's.
	attributes map[string]string
	// list is a directory whose names are 0, 1, 2 …
	list []object
	// words is a value of several strings, one a line.
	words []string
	// tags is a value of several strings that is JSON also as text.
	tags []string
	// number is a value that is no string in JSON.
	number = json.Number
	// computed is a value that is made when it is asked for by its own path, and is left out of any other answer.
	computed func() (any, error)
)

// answer is a response before it is written.
type answer struct {
	body      []byte
	etag      string
	json      bool
	directory bool
}

func (s *Server) answer(id string, m state.Machine, path string, q query) (answer, error) {
	value, err := lookup(s.tree(projectOf(id), m), path)
	if err != nil {
		return answer{}, err
	}
	if compute, ok := value.(computed); ok {
		if value, err = compute(); err != nil {
			return answer{}, err
		}
		body, err := json.Marshal(value)
		return answer{body: body, etag: etag(body), json: true}, err
	}
	a := answer{json: q.json, directory: isDirectory(value)}
	switch {
	case a.directory && !q.recursive:
		a.body, a.json = []byte(listing(value)), false
	case q.json:
		if a.body, err = encode(value); err != nil {
			return answer{}, err
		}
	default:
		a.body = []byte(text("", value))
	}
	// The tag is that of the contents, so that it does not depend on the form they were asked in, nor a listing's only
	// on the names in it.
	contents, err := encode(value)
	if err != nil {
		return answer{}, err
	}
	a.etag = etag(contents)
	return a, nil
}

// etag has 16 hexadecimal digits, as the real server's.
func etag(contents []byte) string {
	hash := sha256.Sum256(contents)
	return hex.EncodeToString(hash[:8])
}

func lookup(value any, path string) (any, error) {
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name == "" {
			continue
		}
		found := false
		switch level := value.(type) {
		case object:
			value, found = level[name]
		case attributes:
			value, found = level[name]
		case list:
			if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(level) {
				value, found = level[i], true
			}
		}
		if !found {
			return nil, fmt.Errorf("metadata %s: %w", path, state.ErrNotFound)
		}
	}
	return value, nil
}

func isDirectory(value any) bool {
	switch value.(type) {
	case object, attributes, list:
		return true
	}
	return false
}

// children returns the names in a directory, sorted, and a way to get at them.
func children(directory any) ([]string, func(string) any) {
	switch d := directory.(type) {
	case object:
		return slices.Sorted(maps.Keys(d)), func(name string) any { return d[name] }
	case attributes:
		return slices.Sorted(maps.Keys(d)), func(name string) any { return d[name] }
	case list:
		names := make([]string, len(d))
		for i := range d {
			names[i] = strconv.Itoa(i)
		}
		return names, func(name string) any { i, _ := strconv.Atoi(name); return d[i] }
	}
	return nil, nil
}

func listing(directory any) string {
	names, child := children(directory)
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name)
		if isDirectory(child(name)) {
			b.WriteByte('/')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// text writes a value alone, or a directory with a line of path and value for everything below it.
func text(path string, value any) string {
	switch v := value.(type) {
	case string:
		return v
	case number:
		return string(v)
	case words:
		return strings.Join(v, "\n") + "\n"
	case tags:
		body, _ := json.Marshal(v) // strings always encode
		return string(body)
	case computed:
		return ""
	}
	names, child := children(value)
	var b strings.Builder
	for _, name := range names {
		at := strings.TrimPrefix(path+"/"+name, "/")
		switch below := child(name).(type) {
		case computed:
		case object, attributes, list:
			b.WriteString(text(at, below))
		default:
			fmt.Fprintf(&b, "%s %s\n", at, strings.TrimSuffix(text(at, below), "\n"))
		}
	}
	return b.String()
}

// encode does not escape HTML: a value is what was put in.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// MarshalJSON gives the names their form in JSON and leaves computed values out.
func (o object) MarshalJSON() ([]byte, error) {
	out := make(map[string]any, len(o))
	for name, value := range o {
		if _, ok := value.(computed); !ok {
			out[camel(name)] = value
		}
	}
	return encode(out)
}

// camel turns access-configs into accessConfigs. The name of a service account, which is an object's too, has an @ and
// stays as it is.
func camel(name string) string {
	if strings.Contains(name, "@") {
		return name
	}
	parts := strings.Split(name, "-")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}
