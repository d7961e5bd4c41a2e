package todo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
)

// Token opens a list to whoever knows it: 128 bits that nobody guesses. The
// store keeps its hash only.
type Token [16]byte

// DeriveToken makes the owner's token of a list that a write with this key
// creates. Repeating the write finds the same list, and nobody without the
// secret learns the token from a key, which proxies log.
func DeriveToken(secret []byte, key Key) Token {
	return derive(secret, "owner "+key.Name)
}

// Share makes the token that lets others join the owner's list. Another epoch
// makes another one.
func (t Token) Share(epoch int) Token {
	return derive(t[:], "share "+strconv.Itoa(epoch))
}

func derive(secret []byte, purpose string) (t Token) {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(purpose))
	copy(t[:], mac.Sum(nil))
	return t
}

// Hash is what may be stored and logged.
func (t Token) Hash() [sha256.Size]byte { return sha256.Sum256(t[:]) }

// String is the token as it stands in links and cookies: 22 characters.
func (t Token) String() string { return base64.RawURLEncoding.EncodeToString(t[:]) }

// ParseToken reads what String wrote. Anything else opens no list.
func ParseToken(text string) (t Token, err error) {
	if base64.RawURLEncoding.DecodedLen(len(text)) != len(t) {
		return t, ErrNotFound
	}
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(decoded) != len(t) { // the decoder leaves line breaks out
		return t, ErrNotFound
	}
	copy(t[:], decoded)
	return t, nil
}
