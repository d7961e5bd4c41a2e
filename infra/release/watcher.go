package release

import (
	"context"
	"fmt"
	"time"

	"crosscloud/infra/hoststatus"
)

// maxUnreadable is how long a status may be unreadable: a laptop changes networks, a credential that expired stays expired.
const maxUnreadable = 3 * time.Minute

// aWhile is longer than a reading takes that does not hang.
const aWhile = 30 * time.Second

// watcher follows one host on its way to a revision, and tells each step once.
type watcher struct {
	host     string                                // "web host"
	read     func(context.Context) (string, error) // what the host publishes
	pause    func(context.Context) error           // between two reads; an error when the context ends
	now      func() time.Time
	progress func(message string)
	// neighbour says of the host that this one waits for how that is, in one line; nil for a host that waits for none.
	neighbour func(context.Context) string

	text   string    // what was read last,
	heard  time.Time // and when; at first, when the reading began
	unread error     // why nothing could be read since
	last   hoststatus.Status
	moved  time.Time       // when the text changed under the watcher's eyes, by the watcher's clock
	waited bool            // it had to wait, so there is progress to tell
	told   map[string]bool // hops
	said   string          // the last line about the state

	operations map[string]string // their states by id, as told or as they were at first
}

// await returns the host's status once it serves revision. It fails at once when the host gave the revision up, and at
// the context's end with the last that is known: which hop did not answer, and why.
func (w *watcher) await(ctx context.Context, revision string) (hoststatus.Status, error) {
	var unreadable time.Time // since when, while unread is set
	w.heard = w.now()
	for {
		text, err := w.read(ctx)
		switch {
		case err == nil:
			w.hear(text)
		case ctx.Err() != nil: // the deadline cut it off, which is no news unless it hung
			if w.unread == nil && w.now().Sub(w.heard) > aWhile {
				w.unread = err
			}
		case w.unread == nil:
			unreadable, w.unread = w.now(), err
			w.progress(fmt.Sprintf("%s: what it says of itself can't be read: %v", w.host, err))
		case w.now().Sub(unreadable) > maxUnreadable:
			return hoststatus.Status{}, fmt.Errorf("read what the %s says of itself: %w", w.host, err)
		}
		done, failed := w.judge(revision)
		w.waited = w.waited || !done
		w.tell(ctx, revision)
		switch {
		case done:
			return w.last, nil
		case failed:
			return hoststatus.Status{}, fmt.Errorf("the %s gave it up: %s%s", w.host, w.last.Explain(), w.last.LogTail())
		}
		if err := w.pause(ctx); err != nil {
			return hoststatus.Status{}, fmt.Errorf("%s%s (%w)%s", w.blame(ctx, revision), w.ofReading(), ended(ctx, err), w.last.LogTail())
		}
	}
}

func (w *watcher) hear(text string) {
	if w.text != "" && text != w.text {
		w.moved = w.now()
	}
	first := w.text == ""
	w.text, w.last = text, hoststatus.Parse(text)
	w.heard, w.unread = w.now(), nil
	if first { // what was over before is no news
		w.operations = map[string]string{}
		for _, operation := range w.last.Operations {
			w.operations[operation.ID] = operation.State
		}
	}
}

// judge tells whether the host has ended its way to revision, well or badly. The words of a silent host prove nothing:
// it may be gone, and where it was replaced they are those of the one before it.
func (w *watcher) judge(revision string) (done, failed bool) {
	if w.last.Revision != revision || w.silent() != "" {
		return false, false
	}
	return w.last.State == hoststatus.Serving, w.last.State == hoststatus.Failed
}

// silent is hoststatus.SilentSince, unless the host spoke while it was watched: then its own clock, which may be wrong,
// counts no more.
func (w *watcher) silent() string {
	if w.moved.IsZero() {
		return w.last.SilentSince(w.now())
	}
	last := w.last
	last.Time = w.moved.Format(time.RFC3339)
	return last.SilentSince(w.now())
}

// tell reports what is new: each hop of the revision once, what became of operations, and the state where that is not
// simply on its way.
func (w *watcher) tell(ctx context.Context, revision string) {
	if !w.waited {
		return // it serves already: there is no way to tell of
	}
	taken := w.last.Revision == revision && w.silent() == ""
	if w.told == nil {
		w.told = map[string]bool{}
		if taken {
			w.progress(w.host + ": desired state written") // the host was quicker than the first question
		}
	}
	if taken {
		for _, hop := range w.last.Hops {
			if hop.OK && !w.told[hop.Name] {
				w.told[hop.Name] = true
				w.progress(w.host + ": " + hop.String())
			}
		}
	}
	for _, operation := range w.last.Operations {
		if w.operations[operation.ID] != operation.State {
			w.operations[operation.ID] = operation.State
			w.progress(w.host + ": operation " + operation.String())
		}
	}
	line := w.describe(revision)
	if line == "" || line == w.said {
		return
	}
	w.said = line
	w.progress(w.host + ": " + line + w.ofNeighbour(ctx))
}

// describe is the state in words, and nothing while the hops tell enough.
func (w *watcher) describe(revision string) string {
	silent := w.silent()
	switch {
	case silent != "":
		return fmt.Sprintf("%s; its last word was that it is %s", silent, w.last.Summary())
	case w.last.Revision == "":
		return "desired state written; it has not said anything yet (it boots and installs its packages)"
	case w.last.Revision != revision:
		return "desired state written; it is still " + w.last.Summary()
	case w.last.State == hoststatus.Waiting:
		return "waiting: " + w.last.Explain()
	case w.last.State == hoststatus.Retrying:
		return "trying again: " + w.last.Explain()
	}
	return ""
}

// blame says what was missing when time was up.
func (w *watcher) blame(ctx context.Context, revision string) string {
	silent := w.silent()
	switch {
	case w.text == "" && w.unread != nil:
		return fmt.Sprintf("whether the %s answers is not known", w.host)
	case silent != "":
		return fmt.Sprintf("the %s is %s; its last word was that it is %s", w.host, silent, w.last.Summary())
	case w.last.Revision == "":
		return fmt.Sprintf("the %s did not answer: it published no status", w.host)
	case w.last.Revision != revision:
		return fmt.Sprintf("the %s did not take it up: it is %s", w.host, w.last.Summary())
	case w.last.State == hoststatus.Waiting:
		// It may be the release: where no slot is ready, the host can't tell.
		return fmt.Sprintf("the %s still waits: %s%s", w.host, w.last.Explain(), w.ofNeighbour(ctx))
	}
	return fmt.Sprintf("the %s did not finish: %s", w.host, w.last.Explain())
}

// ofReading adds that the blame may be the reader's: a connection, or credentials that expired.
func (w *watcher) ofReading() string {
	if w.unread == nil {
		return ""
	}
	return fmt.Sprintf("; what it says of itself could not be read since %s: %v", w.heard.UTC().Format("15:04:05 UTC"), w.unread)
}

// neighbourPatience is how long the one that the host waits for may take to be read, also after the deadline.
const neighbourPatience = time.Minute

// ofNeighbour adds, while the host waits, what the one that it waits for says of itself: at the deadline, too, when it
// matters most.
func (w *watcher) ofNeighbour(ctx context.Context) string {
	if w.neighbour == nil || w.last.State != hoststatus.Waiting || w.silent() != "" {
		return ""
	}
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), neighbourPatience)
	defer cancel()
	return "; the database host says of itself: " + w.neighbour(asking)
}
