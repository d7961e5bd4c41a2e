package request

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"crosscloud/app/todo"
)

func TestKeysAreQuotedOrBare(t *testing.T) {
	sent := func(header ...string) (todo.Key, error) { return Key(http.Header{keyHeader: header}) }
	for header, want := range map[string]string{
		`8e03978e-40d5-43dd-bc93-6894a57f9324`:   "8e03978e-40d5-43dd-bc93-6894a57f9324",
		`"8e03978e-40d5-43dd-bc93-6894a57f9324"`: "8e03978e-40d5-43dd-bc93-6894a57f9324",
		` "padded"	`:                             "padded",
		`"a\"b\\c,;d"`:                           `a"b\c,;d`,
		`a=b/c+d:e`:                              "a=b/c+d:e",
		strings.Repeat("k", 128):                 strings.Repeat("k", 128),
		`"` + strings.Repeat("k", 128) + `"`:     strings.Repeat("k", 128),
	} {
		key, err := sent(header)
		assert.NoError(t, err, header)
		assert.Equal(t, todo.Key{Name: want}, key)
	}
	for _, header := range []string{"", `""`, `"`, `"open`, `"a"b`, `"a";p=1`, `"a", "b"`, `"a\b"`, `"a\`, `"two words"`, "two words",
		"a,b", "a;p", `a"b`, `a\b`, "é", "a\x00b", strings.Repeat("k", 129), `"` + strings.Repeat("k", 129) + `"`} {
		_, err := sent(header)
		assert.ErrorIs(t, err, todo.ErrKey, header)
	}
	for _, both := range [][]string{{"one", "two"}, {"one", "one"}, {"", "one"}} {
		_, err := sent(both...)
		assert.ErrorIs(t, err, todo.ErrKey, both)
	}
	none, err := sent()
	assert.NoError(t, err)
	assert.Zero(t, none)
}
