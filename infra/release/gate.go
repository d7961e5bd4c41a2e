package release

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// status is what the web host publishes, at most 4 KB of JSON (the limit of a standard SSM parameter).
type status struct {
	Revision    string `json:"revision"`
	State       string `json:"state"` // one of the states below, or "" before the host's first word
	Hops        []hop  `json:"hops"`
	Digest      string `json:"digest"`      // of the image that the slots run, as the container engine reports it
	Certificate string `json:"certificate"` // PEM; what nginx serves
	Error       string `json:"error"`
	Time        string `json:"time"`
}

// hop is one step of the way to serving a release.
type hop struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

const (
	serving = "serving" // both slots run the revision and are ready
	failed  = "failed"  // the revision is bad and will not be tried again
	// "converging" and "waiting" (for the database) may still end well.
)

// maxReadErrors is how many times in a row the status may be unreadable: a laptop changes networks, a credential that
// expired stays expired.
const maxReadErrors = 5

// watcher is how await sees the world.
type watcher struct {
	read     func() (string, error)      // the status parameter's value
	pause    func(context.Context) error // between two reads; an error when the context ends
	progress func(message string)
}

// pause waits between two questions. The host itself looks every five seconds.
func pause(ctx context.Context) error {
	timer := time.NewTimer(2 * time.Second)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// pass ends well once the host serves revision from the image with digest, and the site at address answers.
//
// A replaced machine finds the words of the one before it in the parameter, and they can be of this very revision. So
// while the site does not answer as the status says it should, the status is read again.
func pass(ctx context.Context, revision, digest, address string, w watcher) error {
	for {
		status, err := await(ctx, revision, w)
		if err != nil {
			return err
		}
		if status.Digest != digest {
			return fmt.Errorf("the web host runs image %s instead of %s", status.Digest, digest)
		}
		err = visit(ctx, address, status.Certificate)
		if err == nil {
			return nil
		}
		if w.pause(ctx) != nil {
			return fmt.Errorf("the web host serves it, but the site does not answer from here: %w", err)
		}
	}
}

// await returns the host's status once it serves revision. It fails at once when the host gave the revision up, and at
// the context's end with the last that is known: which hop did not answer, and why.
func await(ctx context.Context, revision string, w watcher) (status, error) {
	var last status
	var said string
	unreadable := 0
	for {
		text, err := w.read()
		switch {
		case err == nil:
			unreadable = 0
			last = parse(text)
		case unreadable+1 >= maxReadErrors:
			return status{}, fmt.Errorf("read the web host's status: %w", err)
		default:
			unreadable++
		}
		if last.Revision == revision {
			switch last.State {
			case serving:
				return last, nil
			case failed:
				return status{}, fmt.Errorf("the web host gave it up: %s", last.explain())
			}
		}
		if line := last.describe(revision); line != said {
			w.progress(line)
			said = line
		}
		if err := w.pause(ctx); err != nil {
			return status{}, fmt.Errorf("%s (%w)", last.blame(revision), ended(ctx, err))
		}
	}
}

// parse is lenient: the parameter holds "{}" before the host's first word.
func parse(text string) status {
	var s status
	if json.Unmarshal([]byte(text), &s) != nil {
		return status{}
	}
	return s
}

// describe is the progress line.
func (s status) describe(revision string) string {
	switch {
	case s.Revision == "":
		return "web host: waiting for its first word (it boots and installs its packages)"
	case s.Revision != revision:
		return fmt.Sprintf("web host: still at %.12s (%s)", s.Revision, s.State)
	}
	if last := s.lastHop(); last != "" {
		return fmt.Sprintf("web host: %s, %s", s.State, last)
	}
	return "web host: " + s.State
}

func (s status) lastHop() string {
	if len(s.Hops) == 0 {
		return ""
	}
	return s.Hops[len(s.Hops)-1].String()
}

func (h hop) String() string {
	state := "done"
	if !h.OK {
		state = "not done"
	}
	if h.Detail == "" {
		return h.Name + " " + state
	}
	return fmt.Sprintf("%s %s: %s", h.Name, state, h.Detail)
}

// explain names the hops that did not succeed and the host's own error.
func (s status) explain() string {
	var parts []string
	for _, h := range s.Hops {
		if !h.OK {
			parts = append(parts, h.String())
		}
	}
	if s.Error != "" {
		parts = append(parts, s.Error)
	}
	if len(parts) == 0 {
		return "it gave no reason"
	}
	return strings.Join(parts, "; ")
}

// blame says what was missing when time was up.
func (s status) blame(revision string) string {
	switch {
	case s.Revision == "":
		return "the web host did not answer: it published no status"
	case s.Revision != revision:
		return fmt.Sprintf("the web host did not take it up: it is %s at %.12s", s.State, s.Revision)
	case s.State == "waiting":
		return "the database did not answer the web host: " + s.explain()
	default:
		return "the web host did not finish: " + s.explain()
	}
}

// ended tells a deadline from an interrupt in the words of an operator.
func ended(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errors.New("the deadline passed")
	}
	return err
}
