// Package state keeps what a twin's two clouds know: one JSON file for each object, in a directory that
// the provider servers and the services container share. Each sees at once what the other wrote.
package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
)

// ErrNotFound is wrapped by every error about an object that does not exist.
var ErrNotFound = errors.New("not found")

const (
	suffix = ".json"
	// maxFileName is what Linux file systems allow for one name, less the random part of a temporary file's.
	maxFileName = 255 - 32
)

// Store is a directory of objects. It holds no state of its own, so any number of processes can open the same one.
type Store struct {
	dir string
}

// Open returns the store in dir, which need not exist before the first Put.
func Open(dir string) *Store { return &Store{dir: dir} }

// Dir returns the directory that the store was opened with.
func (s *Store) Dir() string { return s.dir }

// Put writes v as the object of its type with this id. A reader sees the old object or the new one, never a part.
func Put[T any](s *Store, id string, v T) error {
	path, err := pathOf[T](s, id)
	if err != nil {
		return err
	}
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s %q: %w", typeName[T](), id, err)
	}
	if err := s.replace(path, append(data, '\n')); err != nil {
		return fmt.Errorf("write %s %q: %w", typeName[T](), id, err)
	}
	return nil
}

// Get returns the object, or an error that wraps ErrNotFound.
func Get[T any](s *Store, id string) (T, error) {
	var v T
	path, err := pathOf[T](s, id)
	if err != nil {
		return v, err
	}
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &v)
	}
	if err != nil {
		return v, failure[T]("read", id, err)
	}
	return v, nil
}

// List returns every object of a type by its id; none at all is an empty map.
func List[T any](s *Store) (map[string]T, error) {
	all := map[string]T{}
	entries, err := os.ReadDir(filepath.Join(s.dir, typeName[T]()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list %s: %w", typeName[T](), err)
	}
	for _, entry := range entries {
		name, found := strings.CutSuffix(entry.Name(), suffix)
		if !found {
			continue // a temporary file
		}
		id, err := url.PathUnescape(name)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", typeName[T](), err)
		}
		v, err := Get[T](s, id)
		if errors.Is(err, ErrNotFound) {
			continue // deleted since the directory was read
		}
		if err != nil {
			return nil, err
		}
		all[id] = v
	}
	return all, nil
}

// Delete removes the object. Deleting what is absent is an error that wraps ErrNotFound. It waits for an Update that is
// under way, which would bring the object back.
func Delete[T any](s *Store, id string) error {
	return removed[T](s, id, func() error { return nil })
}

// Take is Delete for who needs what it removed, and not what was there before an Update that it waited for.
func Take[T any](s *Store, id string) (v T, err error) {
	err = removed[T](s, id, func() error {
		v, err = Get[T](s, id)
		return err
	})
	return v, err
}

// removed removes an object after a last look at it.
func removed[T any](s *Store, id string, look func() error) error {
	path, err := pathOf[T](s, id)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err != nil {
		return failure[T]("delete", id, err)
	}
	unlock, err := s.lock()
	if err != nil {
		return failure[T]("delete", id, err)
	}
	defer unlock()
	if err := look(); err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return failure[T]("delete", id, err)
	}
	return nil
}

// Update changes one object while no other Update, Delete or Take in any process can; the change itself must call none, nor take
// long: the lock is one for the whole store. The change receives the object and nil, or the
// zero value and an error that wraps ErrNotFound; what it returns is written unless it returns an error of its own.
func Update[T any](s *Store, id string, change func(v T, err error) (T, error)) error {
	unlock, err := s.lock()
	if err != nil {
		return fmt.Errorf("update %s %q: %w", typeName[T](), id, err)
	}
	defer unlock()
	v, err := Get[T](s, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if v, err = change(v, err); err != nil {
		return err
	}
	return Put(s, id, v)
}

// typeName keeps the package in the name, so that two clouds can each have a type of the same name.
func typeName[T any]() string { return reflect.TypeFor[T]().String() }

func pathOf[T any](s *Store, id string) (string, error) {
	if id == "" {
		return "", fmt.Errorf("%s: an object needs an id", typeName[T]())
	}
	name := url.PathEscape(id) + suffix
	if len(name) > maxFileName {
		return "", fmt.Errorf("%s: the id %.40q… is too long for a file name", typeName[T](), id)
	}
	return filepath.Join(s.dir, typeName[T](), name), nil
}

func failure[T any](operation, id string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotFound
	}
	return fmt.Errorf("%s %s %q: %w", operation, typeName[T](), id, err)
}

// replace writes the file beside its final place and renames it over, after the data has reached the disk: a rename
// that overtakes its data leaves an empty file after a power cut.
func (s *Store) replace(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	if err := s.makeDir(dir); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, temporary.Close(), os.Remove(temporary.Name()))
		}
	}()
	if _, err := temporary.Write(data); err != nil {
		return err
	}
	if err := temporary.Sync(); err != nil {
		return err
	}
	if err := s.giveToOwner(temporary.Name()); err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), path); err != nil {
		return err
	}
	return temporary.Close()
}

func (s *Store) makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil { // the objects hold secrets
		return err
	}
	return s.giveToOwner(dir)
}

// giveToOwner hands a file that root made to whoever owns the store: who runs one command as root, and the next one not,
// has to be able to read what the first wrote, and so have the services.
func (s *Store) giveToOwner(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(s.dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return os.Lchown(path, int(owner.Uid), int(owner.Gid))
}

func (s *Store) lock() (unlock func(), err error) {
	if err := s.makeDir(s.dir); err != nil {
		return nil, err
	}
	path := filepath.Join(s.dir, ".lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.giveToOwner(path), flock(file)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil // closing releases the lock
}

// flock retries what a signal interrupted: the Go runtime sends itself signals to preempt goroutines.
func flock(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
