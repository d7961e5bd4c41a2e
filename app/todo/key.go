package todo

import (
	"crypto/sha256"
	"encoding/base64"
)

// Key names one write. A write that comes again with its key changes nothing
// and gets the first one's answer.
type Key struct {
	Name string

	// Sending is which sending of the write this is, "" where that does not
	// matter. The same write of another sending counts as another one, so its
	// key is ErrKeyReused instead of getting the first answer. To undo a
	// deletion, its name is enough.
	Sending string
}

// MaxKey is the longest key, in bytes.
const MaxKey = 128

// ParseKey accepts 1 to MaxKey visible ASCII characters.
func ParseKey(text string) (Key, error) {
	if text == "" || len(text) > MaxKey {
		return Key{}, ErrKey
	}
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' {
			return Key{}, ErrKey
		}
	}
	return Key{Name: text}, nil
}

// KeyOf makes a key of all that names a write, beginning with where that comes
// from. It is a hash, because ids of requests stand in logs: who reads one
// there must not be able to send it as a key, and be given what it made.
func KeyOf(parts ...string) Key {
	hash := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part)) // of one length, so that parts cannot run into each other
		hash.Write(sum[:])
	}
	return Key{Name: base64.RawURLEncoding.EncodeToString(hash.Sum(nil))}
}
