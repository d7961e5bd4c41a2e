package token

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

type claims struct{ Name string }

func TestReadReturnsWhatWasMinted(t *testing.T) {
	s := state.Open(t.TempDir())
	m, err := NewMint(s)
	require.NoError(t, err)
	now := time.Unix(1_700_000_000, 0)
	text, err := New(m, "session", claims{"web"}, now.Add(time.Hour))
	require.NoError(t, err)

	again, err := NewMint(s) // a restarted process
	require.NoError(t, err)
	got, expires, err := Read[claims](again, "session", text, now)
	require.NoError(t, err)
	assert.Equal(t, claims{"web"}, got)
	assert.Equal(t, now.Add(time.Hour), expires)

	_, _, err = Read[claims](m, "session", text, now.Add(time.Hour))
	assert.ErrorIs(t, err, ErrExpired)
	_, _, err = Read[claims](m, "registry", text, now)
	assert.ErrorIs(t, err, ErrInvalid, "another purpose")

	other, err := NewMint(state.Open(t.TempDir()))
	require.NoError(t, err)
	_, _, err = Read[claims](other, "session", text, now)
	assert.ErrorIs(t, err, ErrInvalid, "another twin")

	changed := "A" // than the first character
	if text[0] == 'A' {
		changed = "B"
	}
	for _, bad := range []string{"", "x", "!", text[:len(text)-2], changed + text[1:], text + "AAAA"} {
		_, _, err = Read[claims](m, "session", bad, now)
		assert.ErrorIs(t, err, ErrInvalid, bad)
	}
}

func TestDeriveKeepsPurposesApart(t *testing.T) {
	m, err := NewMint(state.Open(t.TempDir()))
	require.NoError(t, err)
	assert.NotEqual(t, m.Derive("a", "bc"), m.Derive("ab", "c"))
	assert.Equal(t, m.Derive("a", "bc"), m.Derive("a", "bc"))
}
