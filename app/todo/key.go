package todo

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
)

// Key names one write. A write that comes again with its key changes nothing
// and gets the first one's answer.
type Key string

// MaxKey is the longest key, in bytes.
const MaxKey = 128

// ParseKey accepts 1 to MaxKey visible ASCII characters.
func ParseKey(text string) (Key, error) {
	if text == "" || len(text) > MaxKey {
		return "", ErrKey
	}
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' {
			return "", ErrKey
		}
	}
	return Key(text), nil
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
	return Key(base64.RawURLEncoding.EncodeToString(hash.Sum(nil)))
}

type sendingKey struct{}

// WithSending says which sending of a write this is. The same write of another
// sending counts as another one, so its key is ErrKeyReused instead of getting
// the first answer.
func WithSending(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, sendingKey{}, id)
}

// Sending is what WithSending said, "" where that does not matter.
func Sending(ctx context.Context) string {
	id, _ := ctx.Value(sendingKey{}).(string)
	return id
}
