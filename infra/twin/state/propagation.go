package state

import "time"

// Propagation is how long after it was made a new or changed permission takes effect.
//
// Both clouds' permissions are eventually consistent. AWS names no bound: a change in IAM takes time to become visible
// from all endpoints (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html, "Changes that I make are not
// always immediately visible"). Google's take typically 2 minutes, potentially 7 or longer
// (https://cloud.google.com/iam/docs/access-change-propagation). The twin takes 30 s: a host that boots at once and asks
// every few seconds is then refused several times, and yet nobody waits for minutes at every run.
//
// What is deleted is gone at once, although the clouds are late with that, too: nothing may rely on its staying. What a
// changed policy no longer says counts for as long as the old one does.
const Propagation = 30 * time.Second

// TookEffect says whether what was made at a time is in force. What has no time was always there.
func TookEffect(made, now time.Time) bool { return !now.Before(made.Add(Propagation)) }

// History is what a permission said before its latest changes, the oldest first.
type History []Replaced

// Replaced is what a permission said until it was changed.
type Replaced struct {
	Value string    `json:"value"` // empty if there was none
	At    time.Time `json:"at"`
}

// Replace is the history after one more change. Writing what stands there already is none.
func (h History) Replace(old, changed string, now time.Time) History {
	if old == changed {
		return h
	}
	var kept History
	for _, r := range h {
		if !TookEffect(r.At, now) {
			kept = append(kept, r)
		}
	}
	return append(kept, Replaced{Value: old, At: now})
}

// InForce is what counts while the latest changes have not taken effect: the current value, or an older one.
func (h History) InForce(current string, now time.Time) string {
	for _, r := range h {
		if !TookEffect(r.At, now) {
			return r.Value
		}
	}
	return current
}
