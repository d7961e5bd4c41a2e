// Package token makes and reads the bearer tokens of both clouds' services. A token carries its own claims under a MAC,
// so the services remember no token, and those that hosts hold stay good when the services start again.
package token

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"crosscloud/infra/twin/state"
)

var (
	// ErrInvalid is returned for what was not minted here for that purpose.
	ErrInvalid = errors.New("token is not valid")
	// ErrExpired is returned for a token that was good once.
	ErrExpired = errors.New("token has expired")
)

// Secret is the twin's record of the key under which all tokens are made.
type Secret struct {
	Key []byte `json:"key"`
}

// Mint makes tokens, reads them, and derives keys, all from one secret.
type Mint struct {
	key []byte
}

// NewMint reads the twin's secret from the store and makes it on first use.
func NewMint(s *state.Store) (*Mint, error) {
	var secret Secret
	err := state.Update(s, "services", func(known Secret, err error) (Secret, error) {
		if err != nil {
			known.Key = make([]byte, sha256.Size)
			rand.Read(known.Key) // never fails: it ends the program first
		}
		secret = known
		return known, nil
	})
	if err != nil {
		return nil, err
	}
	if len(secret.Key) != sha256.Size {
		return nil, fmt.Errorf("the twin's token key has %d bytes instead of %d", len(secret.Key), sha256.Size)
	}
	return &Mint{key: secret.Key}, nil
}

// Derive returns 32 bytes that only this twin can know, for one purpose and subject.
func (m *Mint) Derive(purpose, subject string) []byte {
	mac := hmac.New(sha256.New, m.key)
	fmt.Fprintf(mac, "%d:%s%s", len(purpose), purpose, subject) // the length keeps ("a", "bc") and ("ab", "c") apart
	return mac.Sum(nil)
}

// envelope is what a token carries. Expiry is a Unix time.
type envelope struct {
	Expires int64           `json:"exp"`
	Claims  json.RawMessage `json:"c"`
}

// New mints a token for claims. Equal arguments give equal tokens.
func New[C any](m *Mint, purpose string, claims C, expires time.Time) (string, error) {
	raw, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("mint a %s token: %w", purpose, err)
	}
	body, err := json.Marshal(envelope{Expires: expires.Unix(), Claims: raw})
	if err != nil {
		return "", fmt.Errorf("mint a %s token: %w", purpose, err)
	}
	return base64.RawURLEncoding.EncodeToString(append(m.Derive(purpose, string(body)), body...)), nil
}

// Read returns the claims of a token minted for this purpose, ErrInvalid, or ErrExpired.
func Read[C any](m *Mint, purpose, text string, now time.Time) (claims C, expires time.Time, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < sha256.Size {
		return claims, expires, ErrInvalid
	}
	mac, body := raw[:sha256.Size], raw[sha256.Size:]
	if !hmac.Equal(mac, m.Derive(purpose, string(body))) {
		return claims, expires, ErrInvalid
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return claims, expires, ErrInvalid
	}
	if err := json.Unmarshal(e.Claims, &claims); err != nil {
		return claims, expires, ErrInvalid
	}
	expires = time.Unix(e.Expires, 0)
	if !now.Before(expires) {
		return claims, expires, ErrExpired
	}
	return claims, expires, nil
}
