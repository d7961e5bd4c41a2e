package todo

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATokenHasOneSpelling(t *testing.T) {
	token := DeriveToken([]byte("secret"), Key{Name: "key"})
	text := token.String()
	assert.Regexp(t, `^[A-Za-z0-9_-]{22}$`, text)
	got, err := ParseToken(text)
	require.NoError(t, err)
	assert.Equal(t, token, got)

	zeros := Token{}.String()
	for what, other := range map[string]string{
		"nothing":            "",
		"too short":          text[:21],
		"too long":           text + "A",
		"padding":            text[:20] + "==",
		"the other alphabet": "+/" + text[2:],
		"bits left over":     zeros[:21] + "B",
		"line breaks":        zeros[:20] + "\r\n",
		"line breaks alone":  strings.Repeat("\n", 22),
	} {
		_, err := ParseToken(other)
		assert.ErrorIs(t, err, ErrNotFound, what)
	}
}

func TestDerivedTokensDifferByAllThatTheyAreMadeOf(t *testing.T) {
	secret := []byte("secret")
	owner := DeriveToken(secret, Key{Name: "key"})
	assert.Equal(t, owner, DeriveToken(secret, Key{Name: "key"}))
	assert.Equal(t, owner.Share(1), owner.Share(1))
	seen := map[Token]bool{}
	all := []Token{owner, DeriveToken(secret, Key{Name: "other key"}), DeriveToken([]byte("other secret"), Key{Name: "key"}),
		owner.Share(0), owner.Share(1), DeriveToken(secret, Key{Name: "other key"}).Share(0)}
	for _, token := range all {
		seen[token] = true
	}
	assert.Len(t, seen, len(all))
}
