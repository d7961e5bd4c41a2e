package aws

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"crosscloud/infra/twin/services/awsauth"
)

// policy is what the AWS provider sees in a policy document before it asks IAM.
func (f *failures) policy(property, document string) {
	if document == "" {
		return
	}
	var compact bytes.Buffer
	if !strings.HasPrefix(document, "{") {
		f.add(property, "%q contains an invalid JSON policy: not a JSON object", property)
	} else if err := json.Compact(&compact, []byte(document)); err != nil {
		f.add(property, "%q contains an invalid JSON policy: %v", property, err)
	} else if key, twice := duplicateKey(json.NewDecoder(strings.NewReader(document))); twice {
		f.add(property, "%q contains duplicate JSON keys: %q", property, key)
	} else if compact.Len() > maxInline {
		f.add(property, "Cannot exceed quota for PolicySize: %d (actual: %d)", maxInline, compact.Len())
	}
}

// duplicateKey finds a key that stands twice in one of a document's objects. The document is valid.
func duplicateKey(d *json.Decoder) (string, bool) {
	begin, _ := d.Token()
	if begin != json.Delim('{') && begin != json.Delim('[') {
		return "", false
	}
	seen := map[string]bool{}
	for d.More() {
		if begin == json.Delim('{') {
			token, _ := d.Token()
			key := token.(string)
			if seen[key] {
				return key, true
			}
			seen[key] = true
		}
		if key, twice := duplicateKey(d); twice {
			return key, true
		}
	}
	_, _ = d.Token() // its end
	return "", false
}

// malformed gives IAM's words for a document that it refuses, and the twin's for one that the twin does not know.
func malformed(err error) error {
	if f, ok := errors.AsType[*awsauth.Fault](err); ok {
		return refuse("MalformedPolicyDocument", "%v", f)
	}
	return fmt.Errorf("this twin has no IAM for it: %w", err)
}

// size is what IAM counts of a document.
func size(document string) int { return len(strings.Join(strings.Fields(document), "")) }

// alikePolicy is the old document if the new one says the same in other words: otherwise spaced, ordered, or with a list of
// one in place of a text.
func alikePolicy(old, document string) string {
	var a, b any
	if json.Unmarshal([]byte(old), &a) == nil && json.Unmarshal([]byte(document), &b) == nil && reflect.DeepEqual(canonical(a), canonical(b)) {
		return old
	}
	return document
}

func canonical(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			v[key] = canonical(member)
		}
	case []any:
		for i, member := range v {
			v[i] = canonical(member)
		}
		slices.SortFunc(v, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		if len(v) == 1 {
			return v[0]
		}
	}
	return v
}
