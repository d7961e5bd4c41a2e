package todo

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNewTitleAccepts(t *testing.T) {
	for input, want := range map[string]Title{
		"buy milk":                      "buy milk",
		"  \t buy milk \r\n":            "buy milk",
		"two  spaces stay":              "two  spaces stay",
		"<b>not markup</b>":             "<b>not markup</b>",
		"👩‍👩‍👧 family":                  "👩‍👩‍👧 family", // joined by zero-width joiners
		strings.Repeat("é", MaxTitle):   Title(strings.Repeat("é", MaxTitle)),
		strings.Repeat("x", 500) + "  ": Title(strings.Repeat("x", 500)),
	} {
		got, err := NewTitle(input)
		require.NoError(t, err, "%q", input)
		assert.Equal(t, want, got)
	}
}

func TestNewTitleRefuses(t *testing.T) {
	for input, reason := range map[string]string{
		"":                              "Write what there is to do.",
		" \t\r\n\u00a0\u3000":           "Write what there is to do.",
		"\u200b\u200d\ufeff":            "Write what there is to do.",
		strings.Repeat("é", MaxTitle+1): "This has 501 characters; at most 500 fit.",
		"one\ntwo":                      "The character U+000A cannot be part of a title.",
		"nul\x00byte":                   "The character U+0000 cannot be part of a title.",
		"\x1b[31mred":                   "The character U+001B cannot be part of a title.",
		"broken \xff":                   "The text is not valid UTF-8.",
	} {
		_, err := NewTitle(input)
		var refused *TitleError
		if assert.ErrorAs(t, err, &refused, "%q", input) {
			assert.Equal(t, reason, refused.Message)
		}
	}
}

func TestParseID(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "42": 42, "9223372036854775807": 9223372036854775807} {
		id, err := ParseID(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, id)
	}
	for _, text := range []string{"", "0", "-1", "+1", "01", "1.0", "1e3", " 1", "one", "１", "9223372036854775808"} {
		_, err := ParseID(text)
		assert.ErrorIs(t, err, ErrNotFound, text)
	}
}
