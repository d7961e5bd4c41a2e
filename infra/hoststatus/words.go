package hoststatus

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Silence is how old a host's last word may be before the host counts as silent. One that is well looks after itself,
// and says so, every five minutes; one that tries something again does so more often.
const Silence = 15 * time.Minute

// meanings say of a state, to whoever does not know the program, whether there is something to do.
var meanings = map[string]string{
	Converging: "a run is under way",
	Retrying:   "the last run failed; it tries again by itself",
	Waiting:    "the database does not answer, or a first release is bad; it tries again by itself",
	Failed:     "it gave up, and tries again when the next `pulumi up` changes what is asked for",
}

// done are the words for a hop that succeeded, where its name alone would not tell. Blue and green are the web host's
// two slots, site is nginx in front of them, answers is Postgres.
var done = map[string]string{
	"seen":    "desired state seen",
	"secret":  "secrets read",
	"image":   "image pulled",
	"migrate": "database migrated",
	"blue":    "slot blue ready",
	"green":   "slot green ready",
	"site":    "nginx serves the app",
	"answers": "Postgres answers",
}

// String is the hop in words: "image pulled", "disk done: 20 GB", "blue not done: not ready after 30 seconds".
func (h Hop) String() string {
	words := h.Name + " not done"
	if h.OK {
		words = cmp.Or(done[h.Name], h.Name+" done")
	}
	if h.Detail == "" || strings.HasSuffix(words, " "+h.Detail) {
		return words // "image pulled" needs no ": pulled"
	}
	return words + ": " + h.Detail
}

// Explain names the hops that did not succeed and the host's own error, in one line; where nothing failed, how far the
// host came.
func (s Status) Explain() string {
	var parts []string
	for _, hop := range s.Hops {
		if !hop.OK {
			parts = append(parts, hop.String())
		}
	}
	if s.Error != "" {
		parts = append(parts, s.Error)
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, "; ")
	case len(s.Hops) > 0:
		return "it came as far as: " + s.Hops[len(s.Hops)-1].String()
	}
	return "it gave no reason"
}

// Summary is the state in one line: "retrying 0123456789ab: packages not done: exit code 100".
func (s Status) Summary() string {
	switch s.State {
	case "":
		return "has not said anything yet"
	case Serving, Converging:
		return fmt.Sprintf("%s %s", s.State, Short(s.Revision))
	}
	return fmt.Sprintf("%s %s: %s", s.State, Short(s.Revision), s.Explain())
}

// SilentSince says since when the host is silent, and nothing while its last word is fresh. Before its first word a host
// is not silent: it boots.
func (s Status) SilentSince(now time.Time) string {
	last := s.Published()
	if last.IsZero() || now.Sub(last) <= Silence {
		return ""
	}
	return fmt.Sprintf("silent since %s", last.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// LogTail is the end of the failing run's log, indented below a line of its own, or "".
func (s Status) LogTail() string {
	log := strings.TrimSpace(s.Log)
	if log == "" {
		return ""
	}
	return "\nthe end of its log:\n  | " + strings.ReplaceAll(log, "\n", "\n  | ")
}

// Short is as much of a revision or a digest as a person needs.
func Short(revision string) string {
	return fmt.Sprintf("%.12s", revision)
}
