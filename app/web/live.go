package web

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

//go:embed development/reload.js
var reloadScript []byte

const (
	reloadPath  = "/development/reload.js"
	changesPath = "/development/changes"
	// changesPeriod is how often a page that is open looks for changes.
	changesPeriod = 200 * time.Millisecond
)

// live is a look that follows the files it is made of.
type live struct {
	ctx  context.Context
	from fs.FS
	log  *slog.Logger

	mu      sync.Mutex
	shown   *look
	version string // another one for each look, of this process and of the next
	traces  string // of the files that were read last
}

// Live makes the site look as the directories templates and static of from say
// at the moment, and has pages that are open loaded again when they change or
// the app has restarted. Until ctx ends, pages keep a connection for that.
func Live(ctx context.Context, from fs.FS, log *slog.Logger) (Option, error) {
	l := &live{ctx: ctx, from: from, log: log}
	if err := l.read(); err != nil {
		return nil, err
	}
	return func(h *handlers) { h.live, h.look = l, l.look }, nil
}

// look reads the files again if they have changed. While they cannot be used it
// stays what it was.
func (l *live) look() *look {
	shown, _ := l.current()
	return shown
}

func (l *live) current() (shown *look, version string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.read(); err != nil {
		l.log.Error("templates and static files stay as they were", slog.Any("error", err))
	}
	return l.shown, l.version
}

// read is called once at first, then under mu. An error is told once.
func (l *live) read() error {
	traces, err := tracesOf(l.from)
	if err != nil {
		traces = err.Error()
	}
	if traces == l.traces {
		return nil
	}
	l.traces = traces
	if err != nil {
		return err
	}
	version := rand.Text()
	shown, err := newLook(l.from, reloadPath+"?"+version)
	if err != nil {
		return err
	}
	l.shown, l.version = shown, version
	return nil
}

// tracesOf is another text after each change of a file.
func tracesOf(from fs.FS) (traces string, err error) {
	for _, directory := range []string{"templates", "static"} {
		entries, err := fs.ReadDir(from, directory)
		if err != nil {
			return "", err
		}
		for _, entry := range entries {
			info, err := entry.Info()
			if err != nil {
				return "", err
			}
			traces += fmt.Sprintln(directory, info.Name(), info.Size(), info.ModTime().UnixNano())
		}
	}
	return traces, nil
}

func (l *live) script(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", contentTypes[".js"])
	w.Header().Set("Cache-Control", "no-store")
	w.Write(reloadScript)
}

// changes sends an event with the version of the look at once, and one after
// each change.
func (l *live) changes(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	control.SetWriteDeadline(time.Time{}) // where there is none, none has to go
	for sent := ""; ; {
		if _, version := l.current(); version != sent {
			fmt.Fprintf(w, "retry: 300\ndata: %s\n\n", version)
			if control.Flush() != nil {
				return
			}
			sent = version
		}
		select {
		case <-r.Context().Done():
			return
		case <-l.ctx.Done():
			return
		case <-time.After(changesPeriod):
		}
	}
}
