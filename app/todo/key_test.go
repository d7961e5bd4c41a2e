package todo

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParseKey(t *testing.T) {
	for _, text := range []string{"k", "a=b/c+d:e", "~", strings.Repeat("k", MaxKey)} {
		key, err := ParseKey(text)
		assert.NoError(t, err, text)
		assert.Equal(t, Key{Name: text}, key)
	}
	for _, text := range []string{"", "two words", "é", "a\x00b", "\x7f", strings.Repeat("k", MaxKey+1)} {
		_, err := ParseKey(text)
		assert.ErrorIs(t, err, ErrKey, "%q", text)
	}
}

func TestPartsOfAKeyDoNotRunIntoEachOther(t *testing.T) {
	keys := map[Key][]string{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"ab"}, {"a", "b"}, {"b", "a"}, {"a", "b", ""}, {"a\x00b"}} {
		key := KeyOf(parts...)
		assert.NotContains(t, keys, key, "%q", parts)
		keys[key] = parts
		assert.Equal(t, key, KeyOf(parts...))
		_, err := ParseKey(key.Name)
		assert.NoError(t, err)
	}
}
