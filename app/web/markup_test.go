package web

import (
	"html"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTextNeverBecomesMarkup(t *testing.T) {
	for _, text := range []string{"", "plain", `<b>"&'</b>`, "&amp;", "ü<ü", "a\x00b", "שלום", "\u202e", "'''", `"><script>`} {
		var m markup
		m.text(text)
		assert.NotContains(t, string(m), "<")
		assert.NotContains(t, string(m), ">")
		assert.NotContains(t, string(m), `"`)
		assert.NotContains(t, string(m), "'")
		readable := strings.ReplaceAll(text, "\x00", "\uFFFD")
		assert.Equal(t, readable, html.UnescapeString(string(m)))
		assert.Equal(t, readable, html.UnescapeString(template.HTMLEscapeString(text)), "as the standard library has it")
	}
}

// The type of html's parameter keeps strings out, unless somebody converts one.
func TestOnlyTheLayoutIsDeclaredToBeMarkup(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		if name != "look.go" && !strings.HasSuffix(name, "_test.go") {
			assert.NotContains(t, string(source), "template.HTML(", name)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"milk", `<i title="x">&'`, "\x00\xff", "&lt;"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var m markup
		m.text(text)
		assert.False(t, strings.ContainsAny(string(m), "<>\"'\x00"))
		assert.Equal(t, strings.ReplaceAll(text, "\x00", "\uFFFD"), html.UnescapeString(string(m)))
	})
}
