package awsauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
)

// Fault is why IAM refuses a document, with the code MalformedPolicyDocument. Any other error of the parsers is that the twin
// does not know what the document says.
type Fault struct{ message string }

func (f *Fault) Error() string { return f.message }

func fault(format string, args ...any) error { return &Fault{fmt.Sprintf(format, args...)} }

// errSyntax is all that IAM says of most documents that it can't read.
var errSyntax = fault("Syntax errors in policy.")

// sidForm is in IAM's message about it.
var sidForm = regexp.MustCompile("^[0-9A-Za-z]*$")

// statements reads what policies of identities and of trust have in common.
func statements(document string) ([]json.RawMessage, error) {
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strictly([]byte(document), &raw); err != nil {
		return nil, err
	}
	switch raw.Version {
	case "2012-10-17", "2008-10-17":
	case "":
		return nil, errors.New("the twin does not know documents without a Version")
	default:
		return nil, errSyntax
	}
	all := []json.RawMessage{raw.Statement}
	if bytes.HasPrefix(bytes.TrimSpace(raw.Statement), []byte("[")) {
		if err := json.Unmarshal(raw.Statement, &all); err != nil {
			return nil, errSyntax
		}
	}
	if len(all) == 0 || len(raw.Statement) == 0 {
		return nil, errSyntax
	}
	return all, checkSids(all)
}

func checkSids(statements []json.RawMessage) error {
	seen := map[string]bool{}
	for _, text := range statements {
		var s struct{ Sid string }
		if err := json.Unmarshal(text, &s); err != nil {
			return errSyntax
		}
		if !sidForm.MatchString(s.Sid) {
			return fault("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
		}
		if s.Sid != "" && seen[s.Sid] {
			return fault("Statement IDs (SID) in a single policy must be unique.")
		}
		seen[s.Sid] = true
	}
	return nil
}

// words is a string or a list of strings, which IAM takes alike.
type words []string

func (w *words) UnmarshalJSON(data []byte) error {
	var one string
	if err := json.Unmarshal(data, &one); err == nil {
		*w = words{one}
		return nil
	}
	var all []string
	if err := json.Unmarshal(data, &all); err != nil {
		return errors.New("Action, Resource and Service are a string or a list of strings")
	}
	*w = all
	return nil
}

// strictly decodes one object into a struct and refuses every other member: a guess at what it means could allow what a
// cloud would deny. Unlike Go, IAM takes a name that is written in another case for another name.
func strictly[T any](document []byte, into *T) error {
	if err := json.Unmarshal(document, into); err != nil {
		return errSyntax
	}
	known := map[string]bool{}
	for f := range reflect.TypeFor[T]().Fields() {
		name := f.Tag.Get("json")
		if name == "" {
			name = f.Name
		}
		known[name] = true
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		return errSyntax
	}
	for name := range members {
		if !known[name] {
			return fmt.Errorf("the twin does not know the element %q", name)
		}
	}
	return nil
}
