package main

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// quiet is how long nothing must happen before a change counts as one: editors
// and git write several files, and each file in several steps.
const quiet = 100 * time.Millisecond

// apart are directories that the app is not built from.
var apart = []string{"testdata", "bench", "browser", "dev", "pgdev"}

// watch tells when files below dir have changed that the app is built from.
// Changes that come while nobody listens are one.
func watch(ctx context.Context, dir string) (<-chan struct{}, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	if err := watchBelow(watcher, dir); err != nil {
		watcher.Close()
		return nil, err
	}
	changes := make(chan struct{}, 1)
	go func() {
		defer watcher.Close()
		settled := time.NewTimer(0)
		<-settled.C
		for {
			select {
			case <-ctx.Done():
				return
			case <-watcher.Errors: // too many at once: something has changed
				settled.Reset(quiet)
			case event := <-watcher.Events:
				watchBelow(watcher, event.Name) // a new directory, if it is one
				if builtFrom(event.Name) && !event.Has(fsnotify.Chmod) {
					settled.Reset(quiet)
				}
			case <-settled.C:
				select {
				case changes <- struct{}{}:
				default:
				}
			}
		}
	}()
	return changes, nil
}

// watchBelow watches all directories of a tree; there is no such thing as a
// watched tree on Linux.
func watchBelow(watcher *fsnotify.Watcher, dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		if slices.Contains(apart, entry.Name()) {
			return fs.SkipDir
		}
		return watcher.Add(path)
	})
}

// builtFrom is true for code and what is embedded, except templates and static
// files, which the app follows itself.
func builtFrom(path string) bool {
	return slices.Contains([]string{".go", ".sql", ".json"}, filepath.Ext(path)) && !strings.HasSuffix(path, "_test.go")
}
