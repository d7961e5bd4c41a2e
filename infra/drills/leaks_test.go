//go:build drills

package drills

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"net/url"
	"regexp"
	"strings"
)

// leaks answers the names of the secrets that stand in data: as they are, in
// base64 or URL-encoded, also inside gzip and inside base64 texts.
func leaks(data []byte, secrets map[string]string) []string {
	var found []string
	layers := unfold(data)
	for name, secret := range secrets {
		for _, layer := range layers {
			if containsAny(layer, spellings(secret)) {
				found = append(found, name)
				break
			}
		}
	}
	return found
}

func containsAny(data []byte, needles []string) bool {
	for _, needle := range needles {
		if bytes.Contains(data, []byte(needle)) {
			return true
		}
	}
	return false
}

// spellings are the ways in which a secret may be written down.
func spellings(secret string) []string {
	list := []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.ReplaceAll(secret, "\n", `\n`)}
	// Inside a longer text base64 groups its bytes by three from one of three
	// places; the first and last group mix with the neighbours, so they go.
	for shift := range 3 {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
			list = append(list, encoded[4:len(encoded)-3])
		}
	}
	return list
}

// A text in base64 is one run, or lines that are nothing else.
var (
	base64Run   = regexp.MustCompile(`[A-Za-z0-9+/]{64,}={0,2}`)
	base64Lines = regexp.MustCompile(`(?m)(^[A-Za-z0-9+/]{64,}\n)+^[A-Za-z0-9+/]+={0,2}$`)
)

// unfold answers data and everything that is packed in it.
func unfold(data []byte) [][]byte {
	layers := [][]byte{data}
	if plain, err := gunzip(data); err == nil {
		return append(layers, unfold(plain)...)
	}
	for _, run := range append(base64Run.FindAll(data, -1), base64Lines.FindAll(data, -1)...) {
		packed, err := base64.StdEncoding.DecodeString(string(run)) // which ignores line breaks
		if err != nil {
			continue
		}
		if plain, err := gunzip(packed); err == nil {
			layers = append(layers, unfold(plain)...)
		}
	}
	return layers
}

func gunzip(data []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}
