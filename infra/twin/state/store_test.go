package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPutGetListDelete(t *testing.T) {
	s := Open(filepath.Join(t.TempDir(), "state"))
	for _, id := range []string{"plain", "/crosscloud/local/desired", "projects/p/secrets/s", "a b:c@d+e%2F", "..", ".", "ü"} {
		want := Parameter{Name: id, Value: "v of " + id, Version: 3}
		require.NoError(t, Put(s, id, want), id)
		got, err := Get[Parameter](s, id)
		require.NoError(t, err, id)
		assert.Equal(t, want, got)
	}

	all, err := List[Parameter](s)
	require.NoError(t, err)
	assert.Len(t, all, 7)
	assert.Equal(t, "v of /crosscloud/local/desired", all["/crosscloud/local/desired"].Value)

	roles, err := List[Role](s)
	require.NoError(t, err)
	assert.Empty(t, roles, "types do not mix")

	require.NoError(t, Delete[Parameter](s, "plain"))
	_, err = Get[Parameter](s, "plain")
	assert.ErrorIs(t, err, ErrNotFound)
}

func TestAbsentObjects(t *testing.T) {
	s := Open(filepath.Join(t.TempDir(), "state"))
	_, err := Get[Machine](s, "i-1")
	require.ErrorIs(t, err, ErrNotFound)
	assert.Contains(t, err.Error(), `state.Machine "i-1"`)
	assert.ErrorIs(t, Delete[Machine](s, "i-1"), ErrNotFound)

	all, err := List[Machine](s)
	require.NoError(t, err)
	assert.Empty(t, all)
}

func TestRefusedIDs(t *testing.T) {
	s := Open(t.TempDir())
	assert.ErrorContains(t, Put(s, "", Machine{}), "needs an id")
	assert.ErrorContains(t, Put(s, strings.Repeat("x", 300), Machine{}), "too long")
}

// Readers run beside writers of values of very different lengths: a torn file would not parse, and a reader between
// a removal and a creation would find nothing.
func TestConcurrentWritersNeverTearAnObject(t *testing.T) {
	s := Open(t.TempDir())
	value := func(n int) Parameter {
		return Parameter{Value: strings.Repeat(fmt.Sprint(n), 1+n*5000), Version: n}
	}
	require.NoError(t, Put(s, "p", value(0)))

	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		writers.Go(func() {
			for range 25 {
				assert.NoError(t, Put(s, "p", value(w)))
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				got, err := Get[Parameter](s, "p")
				if !assert.NoError(t, err) || !assert.Equal(t, value(got.Version), got) {
					return
				}
				all, err := List[Parameter](s)
				if !assert.NoError(t, err) || !assert.Len(t, all, 1) {
					return
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()

	left, err := filepath.Glob(filepath.Join(s.Dir(), "*", ".new-*"))
	require.NoError(t, err)
	assert.Empty(t, left, "no temporary file stays")
}

func TestUpdateLosesNoIncrement(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s := Open(dir) // as another process would
			for range 10 {
				assert.NoError(t, Update(s, "p", func(p Parameter, err error) (Parameter, error) {
					if err != nil && !errors.Is(err, ErrNotFound) {
						return p, err
					}
					p.Version++
					return p, nil
				}))
			}
		})
	}
	all.Wait()
	p, err := Get[Parameter](Open(dir), "p")
	require.NoError(t, err)
	assert.Equal(t, 80, p.Version)
}

func TestDeleteWaitsForAnUpdate(t *testing.T) {
	s := Open(t.TempDir())
	require.NoError(t, Put(s, "p", Parameter{}))
	deleted := make(chan error, 1)
	require.NoError(t, Update(s, "p", func(p Parameter, err error) (Parameter, error) {
		go func() { deleted <- Delete[Parameter](s, "p") }()
		select {
		case err = <-deleted:
			t.Error("deleted in the middle of an update")
		case <-time.After(50 * time.Millisecond):
		}
		return p, err
	}))
	require.NoError(t, <-deleted)
	_, err := Get[Parameter](s, "p")
	assert.ErrorIs(t, err, ErrNotFound)
}

func TestUpdateRefusedByItsChangeWritesNothing(t *testing.T) {
	s := Open(t.TempDir())
	refusal := errors.New("no")
	err := Update(s, "p", func(p Parameter, err error) (Parameter, error) {
		assert.ErrorIs(t, err, ErrNotFound)
		return p, refusal
	})
	require.ErrorIs(t, err, refusal)
	_, err = Get[Parameter](s, "p")
	assert.ErrorIs(t, err, ErrNotFound)
}

func TestObjectsArePrivateToTheOwner(t *testing.T) {
	s := Open(filepath.Join(t.TempDir(), "state"))
	require.NoError(t, Put(s, "p", Parameter{Value: "secret"}))
	require.NoError(t, filepath.Walk(s.Dir(), func(path string, info os.FileInfo, err error) error {
		assert.Zero(t, info.Mode().Perm()&0o077, path)
		return err
	}))
}
