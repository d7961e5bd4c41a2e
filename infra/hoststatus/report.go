package hoststatus

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Report writes what a host says of itself for people, and tells whether all is well: it serves the revision that it was
// asked for, and said so lately.
func (s Status) Report(w io.Writer, host, asked string, now time.Time) (well bool) {
	fmt.Fprintf(w, "%s: %s\n", host, s.verdict(asked, now))
	if s.Revision == "" {
		return false // it said nothing that could be shown
	}
	line := func(name, text string) {
		if text = strings.TrimSpace(text); text != "" {
			fmt.Fprintf(w, "  %-10s  %s\n", name, strings.ReplaceAll(text, "\n", "\n  "+strings.Repeat(" ", 12)))
		}
	}
	line("said", s.age(now))
	done, open := s.hops()
	line("done", strings.Join(done, ", "))
	line("not done", strings.Join(open, "\n"))
	line("error", s.Error)
	line("image", s.Digest)
	line("versions", s.versions())
	for _, operation := range s.Operations {
		line("operation", operation.String())
	}
	line("log", s.Log)
	return s.Serves(asked) && s.SilentSince(now) == ""
}

// verdict is the first line: what the host does, beside what it was asked for.
func (s Status) verdict(asked string, now time.Time) string {
	var text string
	switch {
	case s.Revision == "":
		return "has not said anything yet; " + wanted(asked)
	case s.Revision == asked:
		text = fmt.Sprintf("%s %s, as asked", s.State, Short(asked))
	default:
		text = fmt.Sprintf("%s %s; %s", s.State, Short(s.Revision), wanted(asked))
	}
	if meaning := meanings[s.State]; meaning != "" {
		text += " (" + meaning + ")"
	}
	if silent := s.SilentSince(now); silent != "" {
		text += "; " + silent
	}
	return text
}

func wanted(revision string) string {
	if revision == "" {
		return "asked for nothing yet"
	}
	return "asked for " + Short(revision)
}

func (s Status) age(now time.Time) string {
	published := s.Published()
	if published.IsZero() {
		return "at an unknown time"
	}
	age, at := now.Sub(published).Round(time.Second), published.UTC().Format("2006-01-02 15:04:05 UTC")
	if age < 0 {
		return fmt.Sprintf("at %s by its clock, which is %s ahead of the one here", at, -age)
	}
	return fmt.Sprintf("%s ago, at %s", age, at)
}

// hops are the names of those that are done, and the words about the others.
func (s Status) hops() (done, open []string) {
	for _, hop := range s.Hops {
		if hop.OK {
			done = append(done, hop.Name)
		} else {
			open = append(open, strings.Replace(hop.String(), " not done", "", 1))
		}
	}
	return done, open
}

func (s Status) versions() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(s.Versions)) {
		parts = append(parts, name+" "+s.Versions[name])
	}
	return strings.Join(parts, ", ")
}

// String is the operation in words: "backup-1 (restart): done 2026-11-23T20:00:00Z".
func (o Operation) String() string {
	text := fmt.Sprintf("%s (%s): %s %s", o.ID, o.Kind, o.State, o.Time)
	if o.Detail != "" {
		text += ": " + o.Detail
	}
	return text
}
