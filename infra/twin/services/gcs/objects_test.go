package gcs

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

func TestContentsOfOldGenerationsGo(t *testing.T) {
	f := newFixture(t)
	objects := NewObjects(f.Store, f.Now)
	free := func(*state.StorageObject) error { return nil }
	first, err := objects.Put(state.StorageObject{Bucket: "todo-status", Name: "x"}, []byte("one"), free)
	require.NoError(t, err)
	second, err := objects.Put(state.StorageObject{Bucket: "todo-status", Name: "x"}, []byte("two"), free)
	require.NoError(t, err)
	_, err = state.OpenContents(f.Store, first.Contents)
	require.ErrorIs(t, err, state.ErrNotFound)

	var refused string
	_, err = objects.Put(state.StorageObject{Bucket: "todo-status", Name: "x"}, []byte("three"), func(existing *state.StorageObject) error {
		refused = existing.Contents
		return NoObject("todo-status", "x")
	})
	require.Error(t, err)
	assert.Equal(t, second.Contents, refused)
	require.NoError(t, objects.Delete("todo-status", "x"))
	_, err = state.OpenContents(f.Store, second.Contents)
	require.ErrorIs(t, err, state.ErrNotFound)
	require.ErrorIs(t, objects.Delete("todo-status", "x"), state.ErrNotFound)

	_, err = objects.Put(state.StorageObject{Bucket: "none", Name: "x"}, []byte("one"), free)
	require.ErrorIs(t, err, state.ErrNotFound, "a bucket that went takes no object")
}

func TestAnObjectOutlivesAWriteThatFails(t *testing.T) {
	f := newFixture(t)
	put := func(contents string, now func() time.Time) error {
		_, err := NewObjects(f.Store, now).Put(state.StorageObject{Bucket: "todo-status", Name: "x"}, []byte(contents),
			func(*state.StorageObject) error { return nil })
		return err
	}
	require.NoError(t, put("one", f.Now))
	require.Error(t, put("two", func() time.Time { return time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }), "JSON has no such time")
	_, file, err := NewObjects(f.Store, f.Now).Open("todo-status", "x")
	require.NoError(t, err)
	defer file.Close()
	text, err := io.ReadAll(file)
	require.NoError(t, err)
	assert.Equal(t, "one", string(text))
	files, err := os.ReadDir(filepath.Join(f.Store.Dir(), "contents"))
	require.NoError(t, err)
	assert.Len(t, files, 1, "nothing is left of what failed")
}

func TestADeletionTakesTheContentsThatAreThereThen(t *testing.T) {
	f := newFixture(t)
	objects := NewObjects(f.Store, f.Now)
	_, err := objects.Put(state.StorageObject{Bucket: "todo-status", Name: "x"}, []byte("one"), func(*state.StorageObject) error { return nil })
	require.NoError(t, err)
	second, err := state.WriteContents(f.Store, []byte("two"))
	require.NoError(t, err)
	deleted := make(chan error)
	err = state.Update(f.Store, state.StorageObjectID("todo-status", "x"), func(o state.StorageObject, err error) (state.StorageObject, error) {
		go func() { deleted <- objects.Delete("todo-status", "x") }()
		time.Sleep(50 * time.Millisecond) // it has looked, and waits
		o.Contents = second
		return o, err
	})
	require.NoError(t, err)
	require.NoError(t, <-deleted)
	_, err = state.OpenContents(f.Store, second)
	require.ErrorIs(t, err, state.ErrNotFound)
}
