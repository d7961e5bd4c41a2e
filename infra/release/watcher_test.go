package release

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/hoststatus"
)

type (
	status = hoststatus.Status
	hop    = hoststatus.Hop
)

func did(name, detail string) hop   { return hop{Name: name, OK: true, Detail: detail} }
func lacks(name, detail string) hop { return hop{Name: name, Detail: detail} }

// story is a host that publishes one status after the other, a minute apart, and an operator who stops waiting after the
// last.
type story struct {
	published []any // status, string or error
	neighbour string
	said      []string
	reads     int
}

var (
	errPatience = errors.New("patience is over")
	start       = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)
)

func (s *story) watcher() *watcher {
	w := &watcher{
		host: "web host",
		read: func(context.Context) (string, error) {
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
		now:      func() time.Time { return start.Add(time.Duration(s.reads) * time.Minute) },
		progress: func(line string) { s.said = append(s.said, line) },
	}
	if s.neighbour != "" {
		w.neighbour = func(ctx context.Context) string {
			if ctx.Err() != nil {
				return ctx.Err().Error()
			}
			return s.neighbour
		}
	}
	return w
}

func TestAwaitTellsEachHopOnce(t *testing.T) {
	seen, packages := did("seen", ""), did("packages", "installed nginx")
	s := story{neighbour: "serving 77", published: []any{
		"{}",
		status{Revision: "old", State: "serving"},
		status{Revision: "new", State: "converging", Hops: []hop{seen, packages}},
		status{Revision: "new", State: "retrying", Hops: []hop{seen, packages, lacks("image", "no such host")}},
		status{Revision: "new", State: "converging", Hops: []hop{seen}},
		status{Revision: "new", State: "retrying", Hops: []hop{seen, packages, lacks("image", "no such host")}},
		status{Revision: "new", State: "waiting", Hops: []hop{seen, packages, did("image", ""), lacks("migrate", "timeout")}},
		status{Revision: "new", State: "serving", Digest: "sha256:1", Hops: []hop{seen, packages, did("image", ""), did("migrate", ""), did("site", "")}},
	}}
	got, err := s.watcher().await(t.Context(), "new")
	require.NoError(t, err)
	assert.Equal(t, "sha256:1", got.Digest)
	assert.Equal(t, []string{
		"web host: desired state written; it has not said anything yet (it boots and installs its packages)",
		"web host: desired state written; it is still serving old",
		"web host: desired state seen",
		"web host: packages done: installed nginx",
		"web host: trying again: image not done: no such host",
		"web host: image pulled",
		"web host: waiting: migrate not done: timeout; the database host says of itself: serving 77",
		"web host: database migrated",
		"web host: nginx serves the app",
	}, s.said)
}

// The whole way is told, also where the host took it up before it was first asked.
func TestAwaitTellsTheWayFromItsBeginning(t *testing.T) {
	s := story{published: []any{
		status{Revision: "new", State: "converging", Hops: []hop{did("seen", "")}},
		status{Revision: "new", State: "serving", Hops: []hop{did("seen", ""), did("site", "")}},
	}}
	_, err := s.watcher().await(t.Context(), "new")
	require.NoError(t, err)
	assert.Equal(t, []string{"web host: desired state written", "web host: desired state seen", "web host: nginx serves the app"}, s.said)
}

// One that failed is not the release's failure, so nothing else would say so.
func TestAwaitTellsWhatBecameOfOperations(t *testing.T) {
	operated := func(id, state, detail string) hoststatus.Operation {
		return hoststatus.Operation{ID: id, Kind: "restart", State: state, Detail: detail, Time: "2026-11-23T20:00:00Z"}
	}
	old, started := operated("old", "failed", "long ago"), operated("one", "started", "")
	s := story{published: []any{
		status{Revision: "old", State: "serving", Operations: []hoststatus.Operation{old}},
		status{Revision: "new", State: "converging", Operations: []hoststatus.Operation{old, started}},
		status{Revision: "new", State: "converging", Operations: []hoststatus.Operation{old, started}},
		status{Revision: "new", State: "serving", Operations: []hoststatus.Operation{old, operated("one", "failed", "no slot but blue is ready")}},
	}}
	_, err := s.watcher().await(t.Context(), "new")
	require.NoError(t, err)
	assert.Equal(t, []string{
		"web host: desired state written; it is still serving old",
		"web host: operation one (restart): started 2026-11-23T20:00:00Z",
		"web host: operation one (restart): failed 2026-11-23T20:00:00Z: no slot but blue is ready",
	}, s.said)
}

func TestAwaitIsQuietWhereNothingChanged(t *testing.T) {
	s := story{published: []any{status{Revision: "new", State: "serving", Hops: []hop{did("seen", "")}}}}
	_, err := s.watcher().await(t.Context(), "new")
	require.NoError(t, err)
	assert.Empty(t, s.said)
}

func TestAwaitFailsAtOnceWithTheHopItsReasonAndTheLog(t *testing.T) {
	s := story{published: []any{
		status{Revision: "new", State: "failed", Error: "panic: no such table", Log: "starting\npanic: no such table\n", Hops: []hop{
			did("packages", ""), lacks("blue", "not ready after 30 seconds"),
		}},
		status{Revision: "new", State: "serving"},
	}}
	_, err := s.watcher().await(t.Context(), "new")
	assert.EqualError(t, err, "the web host gave it up: blue not done: not ready after 30 seconds; panic: no such table\n"+
		"the end of its log:\n  | starting\n  | panic: no such table")
	assert.Equal(t, 1, s.reads)
}

func TestAwaitIgnoresWhatAnEarlierRevisionCameTo(t *testing.T) {
	s := story{published: []any{
		status{Revision: "old", State: "failed", Error: "not this one"},
		status{Revision: "new", State: "serving"},
	}}
	_, err := s.watcher().await(t.Context(), "new")
	assert.NoError(t, err)
}

func TestAwaitSaysWhatWasMissingWhenTimeIsUp(t *testing.T) {
	const log = "\nthe end of its log:\n  | E: Unable to connect"
	for says, last := range map[string]any{
		"the web host did not answer: it published no status (patience is over)":                                                          "{}",
		"the web host did not take it up: it is serving 0123456789ab (patience is over)":                                                  status{Revision: "0123456789abcdef", State: "serving"},
		"the web host did not take it up: it is failed 0123: it gave no reason (patience is over)":                                        status{Revision: "0123", State: "failed"},
		"the web host did not finish: it gave no reason (patience is over)":                                                               status{Revision: "new", State: "converging"},
		"the web host did not finish: it came as far as: image pulled (patience is over)":                                                 status{Revision: "new", State: "converging", Hops: []hop{did("image", "")}},
		"the web host did not finish: packages not done: exit code 100; Unable (patience is over)" + log:                                  status{Revision: "new", State: "retrying", Error: "Unable", Log: "E: Unable to connect", Hops: []hop{lacks("packages", "exit code 100")}},
		"the web host still waits: blue not done: lives; the database host says of itself: retrying 77: disk not done (patience is over)": status{Revision: "new", State: "waiting", Hops: []hop{lacks("blue", "lives")}},
	} {
		s := story{published: []any{last}, neighbour: "retrying 77: disk not done"}
		_, err := s.watcher().await(t.Context(), "new")
		assert.EqualError(t, err, says)
		assert.ErrorIs(t, err, errPatience)
	}
}

// The host is not to blame for what the operator's own credentials or connection lack.
func TestAwaitSaysThatTheStatusCouldNotBeRead(t *testing.T) {
	expired := errors.New("the token has expired")
	seen := status{Revision: "new", State: "converging", Hops: []hop{did("image", "")}}
	for says, published := range map[string][]any{
		"whether the web host answers is not known; what it says of itself could not be read since 20:00:00 UTC: the token has expired (patience is over)":                    {expired},
		"the web host did not finish: it came as far as: image pulled; what it says of itself could not be read since 20:01:00 UTC: the token has expired (patience is over)": {seen, expired, expired},
		"the web host did not finish: it came as far as: image pulled (patience is over)":                                                                                     {expired, seen},
	} {
		s := story{published: published}
		_, err := s.watcher().await(t.Context(), "new")
		assert.EqualError(t, err, says)
	}
}

// A provider tries for minutes by itself, so the deadline may come before its first answer. Where a reading was merely
// under way, it is not mentioned.
func TestAwaitKnowsAReadingThatHung(t *testing.T) {
	for says, hung := range map[string]time.Duration{
		"whether the web host answers is not known; what it says of itself could not be read since 20:00:00 UTC: context canceled (context canceled)": time.Minute,
		"the web host did not answer: it published no status (context canceled)":                                                                      time.Second,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		now := start
		w := &watcher{
			host:     "web host",
			read:     func(ctx context.Context) (string, error) { cancel(); now = now.Add(hung); return "", ctx.Err() },
			pause:    context.Context.Err,
			now:      func() time.Time { return now },
			progress: func(string) {},
		}
		_, err := w.await(ctx, "new")
		assert.EqualError(t, err, says)
	}
}

func TestWordsOfASilentHostProveNothing(t *testing.T) {
	for _, state := range []string{"serving", "failed", "waiting"} {
		s := story{published: []any{status{Revision: "new", State: state, Time: "2026-11-23T19:30:00Z"}}, neighbour: "unasked"}
		_, err := s.watcher().await(t.Context(), "new")
		assert.ErrorContains(t, err, "the web host is silent since 2026-11-23 19:30:00 UTC; its last word was that it is "+state+" new", state)
		require.Len(t, s.said, 1)
		assert.Contains(t, s.said[0], "web host: silent since 2026-11-23 19:30:00 UTC")
	}
}

// A clock that is wrong by hours must not make a host silent that speaks.
func TestAHostThatSpeaksIsNotSilentWhateverItsClock(t *testing.T) {
	s := story{published: []any{
		status{Revision: "new", State: "serving", Time: "2026-11-23T18:30:00Z"},
		status{Revision: "new", State: "serving", Time: "2026-11-23T18:35:00Z"},
	}}
	_, err := s.watcher().await(t.Context(), "new")
	require.NoError(t, err)
	assert.Equal(t, 2, s.reads)
}

func TestAHostThatFallsSilentWhileItIsWatchedIsSilentFromThen(t *testing.T) {
	s := story{published: []any{"{}", status{Revision: "new", State: "converging", Time: "2026-11-23T23:59:59Z"}}}
	for range 17 {
		s.published = append(s.published, s.published[1])
	}
	_, err := s.watcher().await(t.Context(), "new")
	assert.ErrorContains(t, err, "the web host is silent since 2026-11-23 20:02:00 UTC; its last word was that it is converging new")
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
		_, err := w.await(ctx, "new")
		assert.ErrorContains(t, err, says)
	}
}

func TestTheDatabaseIsAskedAfterTheDeadlineToo(t *testing.T) {
	expired, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	<-expired.Done()
	s := story{neighbour: "retrying 77: disk not done", published: []any{status{Revision: "new", State: "waiting"}}}
	_, err := s.watcher().await(expired, "new")
	assert.ErrorContains(t, err, "the database host says of itself: retrying 77: disk not done (the deadline passed)")
}

func TestAwaitBearsAFewUnreadableAnswersInARow(t *testing.T) {
	broken := errors.New("no route to host")
	s := story{published: []any{broken, broken, "{}", broken, broken, broken, broken, status{Revision: "new", State: "serving"}}}
	_, err := s.watcher().await(t.Context(), "new")
	assert.NoError(t, err)

	s = story{published: []any{broken, broken, broken, broken, broken, status{Revision: "new", State: "serving"}}}
	_, err = s.watcher().await(t.Context(), "new")
	assert.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "read what the web host says of itself")
	assert.Equal(t, 5, s.reads, "four minutes after the first that failed")
	assert.Equal(t, "web host: what it says of itself can't be read: no route to host", s.said[0])
}
