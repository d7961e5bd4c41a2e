package release

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// story is a host that publishes one status after the other, and an operator who stops waiting after the last.
type story struct {
	published []any // status, string or error
	said      []string
	reads     int
}

var errPatience = errors.New("patience is over")

func (s *story) watcher() watcher {
	return watcher{
		read: func() (string, error) {
			next := s.published[min(s.reads, len(s.published)-1)]
			s.reads++
			switch next := next.(type) {
			case error:
				return "", next
			case string:
				return next, nil
			}
			text, err := json.Marshal(next)
			return string(text), err
		},
		pause: func(context.Context) error {
			if s.reads >= len(s.published) {
				return errPatience
			}
			return nil
		},
		progress: func(line string) { s.said = append(s.said, line) },
	}
}

func TestAwaitReturnsWhenTheRevisionIsServed(t *testing.T) {
	s := story{published: []any{
		"{}",
		status{Revision: "old", State: "serving"},
		status{Revision: "new", State: "converging", Hops: []hop{{"packages", true, "installed nginx"}}},
		status{Revision: "new", State: "converging", Hops: []hop{{"packages", true, "installed nginx"}}},
		status{Revision: "new", State: "waiting", Hops: []hop{{"blue", false, "the database does not answer"}}},
		status{Revision: "new", State: "serving", Digest: "sha256:1"},
	}}
	got, err := await(t.Context(), "new", s.watcher())
	require.NoError(t, err)
	assert.Equal(t, "sha256:1", got.Digest)
	assert.Equal(t, []string{
		"web host: waiting for its first word (it boots and installs its packages)",
		"web host: still at old (serving)",
		"web host: converging, packages done: installed nginx",
		"web host: waiting, blue not done: the database does not answer",
	}, s.said, "one line per change")
}

func TestAwaitFailsAtOnceWithTheHopAndItsReason(t *testing.T) {
	s := story{published: []any{
		status{Revision: "new", State: "failed", Error: "panic: no such table", Hops: []hop{
			{"packages", true, ""}, {"blue", false, "not ready after 30 seconds"},
		}},
		status{Revision: "new", State: "serving"},
	}}
	_, err := await(t.Context(), "new", s.watcher())
	assert.EqualError(t, err, "the web host gave it up: blue not done: not ready after 30 seconds; panic: no such table")
	assert.Equal(t, 1, s.reads)
}

func TestAwaitIgnoresWhatAnEarlierRevisionCameTo(t *testing.T) {
	s := story{published: []any{
		status{Revision: "old", State: "failed", Error: "not this one"},
		status{Revision: "new", State: "serving"},
	}}
	_, err := await(t.Context(), "new", s.watcher())
	assert.NoError(t, err)
}

func TestAwaitSaysWhatWasMissingWhenTimeIsUp(t *testing.T) {
	for says, last := range map[string]any{
		"the web host did not answer: it published no status":                              "{}",
		"the web host did not take it up: it is serving at 0123456789ab":                   status{Revision: "0123456789abcdef", State: "serving"},
		"the database did not answer the web host: blue not done: lives":                   status{Revision: "new", State: "waiting", Hops: []hop{{"blue", false, "lives"}}},
		"the web host did not finish: packages not done: exit code 100; Unable to connect": status{Revision: "new", State: "converging", Error: "Unable to connect", Hops: []hop{{"packages", false, "exit code 100"}}},
		"the web host did not finish: it gave no reason":                                   status{Revision: "new", State: "converging"},
	} {
		s := story{published: []any{last}}
		_, err := await(t.Context(), "new", s.watcher())
		assert.EqualError(t, err, says+" (patience is over)")
		assert.ErrorIs(t, err, errPatience)
	}
}

func TestAwaitTellsADeadlineFromAnInterrupt(t *testing.T) {
	expired, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	<-expired.Done()
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	for says, ctx := range map[string]context.Context{"(the deadline passed)": expired, "(context canceled)": interrupted} {
		s := story{published: []any{"{}"}}
		w := s.watcher()
		w.pause = pause
		_, err := await(ctx, "new", w)
		assert.ErrorContains(t, err, says)
	}
}

func TestAwaitBearsAFewUnreadableAnswersInARow(t *testing.T) {
	broken := errors.New("no route to host")
	s := story{published: []any{broken, broken, "{}", broken, broken, broken, broken, status{Revision: "new", State: "serving"}}}
	_, err := await(t.Context(), "new", s.watcher())
	assert.NoError(t, err)

	s = story{published: []any{broken, broken, broken, broken, broken, status{Revision: "new", State: "serving"}}}
	_, err = await(t.Context(), "new", s.watcher())
	assert.ErrorIs(t, err, broken)
	assert.Equal(t, maxReadErrors, s.reads)
}

func TestPassAsksAgainUntilTheSiteAnswers(t *testing.T) {
	asked := 0
	address, certificate := site(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	served := status{Revision: "new", State: "serving", Digest: "sha256:1", Certificate: certificate}
	s := story{published: []any{served, served, served, served}}
	assert.NoError(t, pass(t.Context(), "new", "sha256:1", address, s.watcher()))
	assert.Equal(t, 3, asked)

	asked = 0
	s = story{published: []any{served}}
	err := pass(t.Context(), "new", "sha256:1", address, s.watcher())
	assert.ErrorContains(t, err, "the site does not answer from here")
	assert.ErrorContains(t, err, "502")
}

func TestPassOutlivesTheWordsOfAReplacedMachine(t *testing.T) {
	address, certificate := site(t, func(http.ResponseWriter, *http.Request) {})
	before := status{Revision: "new", State: "serving", Digest: "sha256:1", Certificate: strangersCertificate}
	now := before
	now.Certificate = certificate
	s := story{published: []any{before, status{Revision: "new", State: "converging"}, now, now}}
	assert.NoError(t, pass(t.Context(), "new", "sha256:1", address, s.watcher()))
	assert.Equal(t, 3, s.reads)
}
