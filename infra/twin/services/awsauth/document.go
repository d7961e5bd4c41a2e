package awsauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

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
	if raw.Version != "2012-10-17" && raw.Version != "2008-10-17" {
		return nil, fmt.Errorf("the Version must be 2012-10-17 or 2008-10-17, not %q", raw.Version)
	}
	all := []json.RawMessage{raw.Statement}
	if bytes.HasPrefix(bytes.TrimSpace(raw.Statement), []byte("[")) {
		if err := json.Unmarshal(raw.Statement, &all); err != nil {
			return nil, err
		}
	}
	if len(all) == 0 || len(raw.Statement) == 0 {
		return nil, errors.New("it has no statement")
	}
	return all, nil
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
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text follows the document")
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
		return err
	}
	for name := range members {
		if !known[name] {
			return fmt.Errorf("unknown field %q", name)
		}
	}
	return nil
}
