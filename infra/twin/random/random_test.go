package random

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
)

const (
	passwordToken = "random:index/randomPassword:RandomPassword"
	bytesToken    = "random:index/randomBytes:RandomBytes"
	idToken       = "random:index/randomId:RandomId"
)

func TestPasswordIsDrawnOnceAndSecret(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	args := map[string]any{"length": 32, "special": false, "minNumeric": 5}
	first := s.MustUp(passwordToken, "db", args)
	result := first.Output("result").(string)

	assert.Len(t, result, 32)
	assert.NotContains(t, result, first.ID, "an id stands in the state in clear text")
	assert.True(t, first.Secret("result"))
	assert.True(t, first.Secret("bcryptHash"))
	assert.NoError(t, bcrypt.CompareHashAndPassword([]byte(first.Output("bcryptHash").(string)), []byte(result)))
	assert.False(t, strings.ContainsAny(result, specials))
	assert.GreaterOrEqual(t, count(result, digits), 5)
	assert.Equal(t, true, first.Output("numeric"))

	require.Equal(t, cloudtest.Same, s.MustUp(passwordToken, "db", args).Change)
	require.True(t, s.Refresh("db"))
	require.Equal(t, result, s.Get("db").Output("result"))

	args["keepers"] = map[string]any{"rotation": "2"}
	rotated := s.MustUp(passwordToken, "db", args)
	assert.Equal(t, cloudtest.Replaced, rotated.Change)
	assert.NotEqual(t, result, rotated.Output("result"))
	require.NoError(t, s.Destroy("db"))
}

func TestPasswordRefusals(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	for want, args := range map[string]map[string]any{
		`"length" is required`:             {},
		"must be at least 1, got: -1":      {"length": -1},
		"(9), got: 8":                      {"length": 8, "minLower": 9},
		"at least one of lower, upper":     {"length": 8, "lower": false, "upper": false, "numeric": false, "special": false},
		"lenght: Invalid or unknown key":   {"length": 8, "lenght": 9},
		"length: expected an integer, got": {"length": "many"},
		"must be at least 1, got: 0":       {"length": 0},
	} {
		_, err := s.Up(passwordToken, "db", args)
		require.ErrorContains(t, err, want)
	}
}

func TestDrawUsesEveryCharacterOfTheAlphabetAndNoOther(t *testing.T) {
	t.Parallel()
	special := "-_"
	in := PasswordArgs{Length: 4000, OverrideSpecial: &special}.withDefaults()
	result, err := draw(rand.Reader, in.Length, in.classes())
	require.NoError(t, err)
	for _, c := range lowers + uppers + digits + special {
		assert.Contains(t, result, string(c))
	}
	assert.Equal(t, in.Length, count(result, lowers+uppers+digits+special))
}

func TestBytesAreSecretInBothSpellings(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	r := s.MustUp(bytesToken, "salt", map[string]any{"length": 16})
	raw, err := base64.StdEncoding.DecodeString(r.Output("base64").(string))
	require.NoError(t, err)
	assert.Len(t, raw, 16)
	assert.Equal(t, hex.EncodeToString(raw), r.Output("hex"))
	assert.True(t, r.Secret("base64"))
	assert.True(t, r.Secret("hex"))
	assert.Equal(t, cloudtest.Replaced, s.MustUp(bytesToken, "salt", map[string]any{"length": 17}).Change)
}

func TestIDSpellings(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	r := s.MustUp(idToken, "suffix", map[string]any{"byteLength": 4, "prefix": "db-"})
	raw, err := base64.RawURLEncoding.DecodeString(r.ID)
	require.NoError(t, err)
	assert.Len(t, raw, 4)
	assert.Equal(t, "db-"+hex.EncodeToString(raw), r.Output("hex"))
	assert.Equal(t, "db-"+r.ID, r.Output("b64Url"))
	assert.Equal(t, "db-"+base64.StdEncoding.EncodeToString(raw), r.Output("b64Std"))
	assert.Equal(t, "db-"+new(big.Int).SetBytes(raw).String(), r.Output("dec"))
	assert.False(t, r.Secret("hex"))
}

func count(text, alphabet string) int {
	n := 0
	for _, c := range text {
		if strings.ContainsRune(alphabet, c) {
			n++
		}
	}
	return n
}
