// Package hoststatus is what a host says of itself: one JSON document, which the web host keeps in an SSM parameter and
// the database host in an object of the stack's bucket. The gate and `make status` read it.
package hoststatus

import (
	"encoding/json"
	"strings"
	"time"
	"unicode"
)

// Status is the document. Every field is optional: a host that has not said anything yet has published "{}", and one
// that an older program set up knows fewer fields.
type Status struct {
	Revision string `json:"revision"` // SHA-256 of the bundle that the host is at, in hexadecimal
	State    string `json:"state"`    // one of the states below, or "" before the host's first word
	Hops     []Hop  `json:"hops"`     // in the order in which the host came to them

	Digest      string `json:"digest,omitempty"`      // web host: of the image that its slots run, as the engine reports it
	Certificate string `json:"certificate,omitempty"` // web host: PEM; what nginx serves

	Versions   map[string]string `json:"versions,omitempty"` // "debian": "13.2"
	Operations []Operation       `json:"operations,omitempty"`

	Error string `json:"error,omitempty"` // why, if it is not serving
	Log   string `json:"log,omitempty"`   // the end of the failing run's
	Time  string `json:"time"`            // of publication, RFC 3339
}

// The states.
const (
	Converging = "converging" // a run is under way
	Retrying   = "retrying"   // the last run ended with an error and will be tried again
	Waiting    = "waiting"    // the database does not answer the web host, as far as it can tell
	Failed     = "failed"     // the revision is bad and will not be tried again
	Serving    = "serving"    // all of it is done
)

// Hop is one step of the way to serving a revision.
type Hop struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"` // one line of printable ASCII
}

// Operation is what became of one that the operator asked for: its state is "started", "done" or "failed".
type Operation struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	State  string `json:"state"`
	Detail string `json:"detail"`
	Time   string `json:"time"` // RFC 3339
}

// Parse is lenient: what is no such document is one in which nothing was said yet.
func Parse(text string) Status {
	var s Status
	if json.Unmarshal([]byte(text), &s) != nil {
		return Status{}
	}
	s.clean()
	return s
}

// clean takes out what is not text, and the ends of lines from all but the log. It is shown on an operator's terminal, which
// obeys control characters, and whoever took a host over can publish what he likes: also a line as if of the other host.
func (s *Status) clean() {
	texts := []*string{&s.Revision, &s.State, &s.Digest, &s.Error}
	for i := range s.Hops {
		texts = append(texts, &s.Hops[i].Name, &s.Hops[i].Detail)
	}
	for i := range s.Operations {
		o := &s.Operations[i]
		texts = append(texts, &o.ID, &o.Kind, &o.State, &o.Detail, &o.Time)
	}
	for _, text := range texts {
		*text = printable(*text)
	}
	lines := strings.Split(s.Log, "\n")
	for i := range lines {
		lines[i] = printable(lines[i])
	}
	s.Log = strings.Join(lines, "\n")
	versions := make(map[string]string, len(s.Versions))
	for name, version := range s.Versions {
		versions[printable(name)] = printable(version)
	}
	s.Versions = versions
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
}

// Published is the time of publication by the host's clock, and zero where it gave none.
func (s Status) Published() time.Time {
	published, err := time.Parse(time.RFC3339, s.Time)
	if err != nil {
		return time.Time{}
	}
	return published
}

// Serves tells whether the host has come to serve revision.
func (s Status) Serves(revision string) bool {
	return s.Revision == revision && s.State == Serving
}
