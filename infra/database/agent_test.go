package database

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
	"crosscloud/infra/bundle"
)

// agentWorld is the agent with a bundle whose programs write down that they ran, and a metadata server for which waiting
// takes no time: what the agent asks to wait is written down too.
type agentWorld struct {
	dir    string
	answer func(poll int) (document string, change int)
}

// run lets the agent live until it has asked so many times, and returns what it did: "60" stands for waiting so long.
func (w *agentWorld) run(t *testing.T, polls int) []string {
	t.Helper()
	boottest.Tool(t, "curl")
	notes := filepath.Join(w.dir, "notes")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if asked >= polls {
			stop()
			return
		}
		document, change := w.answer(asked)
		asked++
		note(t, notes, r.URL.Query().Get("timeout_sec"))
		rw.Header().Set("ETag", fmt.Sprintf("version-%d", change))
		fmt.Fprint(rw, document)
	}))
	defer server.Close()

	out, _ := w.agent(t, ctx, server.URL).CombinedOutput()
	require.ErrorIs(t, ctx.Err(), context.Canceled, "the agent ended by itself: %s", out)
	return strings.Fields(string(must(os.ReadFile(notes))))
}

// agent is the command that runs it, for a metadata server.
func (w *agentWorld) agent(t *testing.T, ctx context.Context, metadata string) *exec.Cmd {
	t.Helper()
	installed := filepath.Join(w.dir, "installed")
	require.NoError(t, os.MkdirAll(installed, 0o755))
	here := strings.NewReplacer(
		"/usr/local/lib/crosscloud", installed, "/var/lib/crosscloud", w.dir, "/run/crosscloud", w.dir+"/run",
		"http://metadata.google.internal", metadata,
		"sleep 5", "sleep 0.1", "said_for=60", "said_for=4", "longest=1800", "longest=1", "grace=30", "grace=1")
	for _, name := range []string{"agent", "desired.sh"} {
		text := here.Replace(string(must(os.ReadFile(filepath.Join("boot", name)))))
		require.NoError(t, os.WriteFile(filepath.Join(installed, name), []byte(text), 0o755))
	}
	isready := fmt.Appendf(nil, "#!/bin/sh\n[ ! -e %s/dead ] || exit 2\n", w.dir)
	require.NoError(t, os.WriteFile(filepath.Join(installed, "pg_isready"), isready, 0o755))
	cmd := exec.CommandContext(ctx, filepath.Join(installed, "agent"))
	cmd.Env = append(os.Environ(), "PATH="+installed+":"+os.Getenv("PATH"))
	cmd.WaitDelay = time.Second // its children may live on for a moment
	return cmd
}

// serverDies lasts until a converge that goes well.
func (w *agentWorld) serverDies(t *testing.T) { note(t, filepath.Join(w.dir, "dead"), "") }

func note(t *testing.T, path, word string) {
	t.Helper()
	file := must(os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644))
	defer file.Close()
	fmt.Fprintln(file, word)
}

// document is a desired state whose programs end with the given codes.
func (w *agentWorld) document(t *testing.T, name string, converge, publish int) string {
	t.Helper()
	return w.runs(t, fmt.Sprintf("echo converge:%s >>%s/notes; [ %d != 0 ] || rm -f %[2]s/dead; exit %[3]d", name, w.dir, converge), publish)
}

// runs is a desired state with the given converge.
func (w *agentWorld) runs(t *testing.T, converge string, publish int) string {
	t.Helper()
	packed, err := bundle.Pack(fstest.MapFS{
		"converge": {Data: []byte("#!/bin/bash\n" + converge)},
		"publish":  {Data: fmt.Appendf(nil, "#!/bin/bash\necho publish${1:+:$1:$(head -c 9)} >>%s/notes\nexit %d\n", w.dir, publish)},
	}, nil)
	require.NoError(t, err)
	return string(must(json.Marshal(map[string]string{
		"revision": packed.SHA256, "bundle": base64.StdEncoding.EncodeToString(packed.Bytes),
	})))
}

func TestAgentConvergesAndShowsThatItLives(t *testing.T) {
	w := &agentWorld{dir: t.TempDir()}
	calm := w.document(t, "calm", 0, 0)
	w.answer = func(int) (string, int) { return calm, 1 }
	assert.Equal(t, strings.Fields("0 converge:calm 10 publish "+strings.Repeat("60 publish ", 9)+"50 converge:calm 10 publish"), w.run(t, 13))
}

func TestAgentTriesAgainAfterFiveSecondsToAMinute(t *testing.T) {
	w := &agentWorld{dir: t.TempDir()}
	failing := w.document(t, "bad", 1, 0)
	w.serverDies(t)
	w.answer = func(int) (string, int) { return failing, 1 }
	assert.Equal(t, strings.Fields(`0 converge:bad 5 converge:bad 10 converge:bad 10 publish 10 converge:bad
		10 publish 30 converge:bad 10 publish 50 converge:bad 10 publish 50 converge:bad`), w.run(t, 11))
}

func TestAgentPublishesSoonerWhereItCouldNot(t *testing.T) {
	w := &agentWorld{dir: t.TempDir()}
	unpublished := w.document(t, "mute", 0, 1)
	w.answer = func(int) (string, int) { return unpublished, 1 }
	assert.Equal(t, strings.Fields("0 converge:mute 10 publish 10 publish 10 publish"), w.run(t, 4))
}

func TestAgentTakesAChangeAtOnceAndForgetsTheOldOne(t *testing.T) {
	w := &agentWorld{dir: t.TempDir()}
	bad, good := w.document(t, "bad", 1, 0), w.document(t, "good", 0, 0)
	w.answer = func(poll int) (string, int) {
		if poll < 3 {
			return bad, 1
		}
		return good, 2
	}
	assert.Equal(t, strings.Fields("0 converge:bad 5 converge:bad 10 converge:bad 10 converge:good 10 publish"), w.run(t, 5))
	left, err := filepath.Glob(filepath.Join(w.dir, "bundles", "*"))
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

// Nor is it said of a dead server that it serves, until the next calm run.
func TestAgentConvergesAtOnceWhereTheServerDied(t *testing.T) {
	w := &agentWorld{dir: t.TempDir()}
	calm := w.document(t, "calm", 0, 0)
	w.answer = func(poll int) (string, int) {
		if poll == 2 {
			w.serverDies(t)
		}
		return calm, 1
	}
	assert.Equal(t, strings.Fields("0 converge:calm 10 publish 60 converge:calm 10 publish 60 publish"), w.run(t, 5))
}

// What hangs ends, and the next run comes. What cannot even tell that it was ended is told of.
func TestAgentEndsARunThatHangs(t *testing.T) {
	for name, c := range map[string]struct{ hangs, want string }{
		"and can be told":    {"exec sleep 600", "0 hangs:1 5 hangs:1"},
		"and cannot be told": {"trap '' TERM; while true; do sleep 0.1; done", "0 hangs:1 publish:converge 5 hangs:1 publish:converge"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &agentWorld{dir: t.TempDir()}
			hangs := w.runs(t, fmt.Sprintf("echo hangs:$1 >>%s/notes; %s", w.dir, c.hangs), 0)
			w.answer = func(int) (string, int) { return hangs, 1 }
			var without []string
			for _, note := range w.run(t, 2) {
				without = append(without, regexp.MustCompile(`[0-9a-f]{64}:`).ReplaceAllString(note, ""))
			}
			assert.Equal(t, strings.Fields(c.want), without)
		})
	}
}

// Stopped, it lets a run end first, which may be in the middle of a package; between runs it does not wait.
func TestAgentIsStopped(t *testing.T) {
	boottest.Tool(t, "curl")
	for name, c := range map[string]struct {
		when string // there is this file
		says error
	}{
		"during a run": {"began", nil},
		"between runs": {"waits", errors.New("signal: terminated")},
	} {
		t.Run(name, func(t *testing.T) {
			w := &agentWorld{dir: t.TempDir()}
			document := w.runs(t, fmt.Sprintf("cd %s; touch began; sleep 0.5; touch ended", w.dir), 0)
			over := make(chan bool)
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("timeout_sec") != "0" {
					note(t, filepath.Join(w.dir, "waits"), "")
					<-over
				}
				rw.Header().Set("ETag", "version")
				fmt.Fprint(rw, document)
			}))
			defer server.Close()
			defer close(over)
			agent := w.agent(t, t.Context(), server.URL)
			require.NoError(t, agent.Start())
			require.Eventually(t, func() bool {
				_, err := os.Stat(filepath.Join(w.dir, c.when))
				return err == nil
			}, 10*time.Second, 10*time.Millisecond)
			require.NoError(t, agent.Process.Signal(syscall.SIGTERM))
			assert.Equal(t, fmt.Sprint(c.says), fmt.Sprint(agent.Wait()))
			assert.FileExists(t, filepath.Join(w.dir, "ended"))
		})
	}
}

// Said once only, it would be all that the host says, until it counts as silent.
func TestAgentTellsNowAndThenWhyItCannotUnpackARevision(t *testing.T) {
	w := &agentWorld{dir: t.TempDir()}
	good := w.document(t, "good", 0, 0)
	revision := strings.Repeat("0", 64)
	w.answer = func(poll int) (string, int) {
		if poll < 1 || poll > 6 {
			return good, 1
		}
		return `{"revision":"` + revision + `","bundle":"AAAA"}`, 2
	}
	complaint := "publish:" + revision + ":sha256sum"
	assert.Equal(t, strings.Fields("0 converge:good 10 "+complaint+" 10 10 10 10 "+complaint+" 10 10 converge:good"), w.run(t, 8))
}

// The older one cannot publish. Asked, it would be asked again each round.
func TestTheNewestBundleTellsWhatTheAgentComplainsOf(t *testing.T) {
	w := &agentWorld{dir: t.TempDir()}
	newer := w.runs(t, "exit 1", 0)
	older := ""
	for i := 0; revisionOf(older) <= revisionOf(newer); i++ { // by their names, it would be the older one
		older = w.document(t, fmt.Sprint("older", i), 0, 1)
	}
	documents := []string{older, newer, `{"revision":"` + strings.Repeat("0", 64) + `","bundle":"AAAA"}`}
	w.answer = func(poll int) (string, int) {
		change := min(poll, len(documents)-1)
		return documents[change], change
	}
	told := regexp.MustCompile(`publish:0*:sha256sum`).FindAllString(strings.Join(w.run(t, 5), " "), -1)
	assert.Len(t, told, 1)
}

func revisionOf(document string) string {
	_, rest, _ := strings.Cut(document, `"revision":"`)
	return rest
}
