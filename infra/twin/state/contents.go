package state

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// StorageObjectID names an object's record. An object's name may be longer than a file's, hence the hash.
func StorageObjectID(bucket, name string) string {
	sum := sha256.Sum256([]byte(bucket + "/" + name)) // a bucket's name has no slash
	return hex.EncodeToString(sum[:])
}

// WriteContents stores an object's contents in a file of their own and returns its id. They never change: what is
// overwritten gets a new file, so that an operator who reads while a host writes sees no mixture. That is why they are
// not in the backend that Objects returns, which writes a file where it stays.
func WriteContents(s *Store, contents []byte) (id string, err error) {
	id = rand.Text()
	if err := s.replace(s.contents(id), contents); err != nil {
		return "", fmt.Errorf("write contents %s: %w", id, err)
	}
	return id, nil
}

// OpenContents opens them, or returns an error that wraps ErrNotFound. An open file outlives its deletion.
func OpenContents(s *Store, id string) (*os.File, error) {
	file, err := os.Open(s.contents(id))
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open contents %s: %w", id, err)
	}
	return file, nil
}

// DeleteContents removes them. What is not there is no error.
func DeleteContents(s *Store, id string) error {
	if err := os.Remove(s.contents(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete contents %s: %w", id, err)
	}
	return nil
}

func (s *Store) contents(id string) string { return filepath.Join(s.dir, "contents", id) }
