package api

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

type member struct {
	name  string
	value json.RawMessage
}

const notJSON = "The body is not JSON."

// object reads the members of a JSON object in their order. encoding/json
// would take the last of two equal names, names in other letter cases, and
// replace what is no character; somebody else may read the same text otherwise.
// What it refuses it says why.
func object(body []byte) (members []member, refused string) {
	if !utf8.Valid(body) || halfSurrogates(body) {
		return nil, "The body is not valid UTF-8, or escapes half of a surrogate pair."
	}
	if !json.Valid(body) {
		return nil, notJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, "The body is not a JSON object."
	}
	seen := map[string]bool{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, notJSON
		}
		m := member{name: name.(string)} // valid, so it is one
		if seen[m.name] {
			return nil, "The body has a member twice."
		}
		seen[m.name] = true
		if err := decoder.Decode(&m.value); err != nil {
			return nil, notJSON
		}
		members = append(members, m)
	}
	return members, ""
}

// halfSurrogates reports whether a \u escape is half of a character.
func halfSurrogates(body []byte) bool {
	escape := func(at int) (rune, bool) {
		if at+6 > len(body) || body[at] != '\\' || body[at+1] != 'u' {
			return 0, false
		}
		code, err := strconv.ParseUint(string(body[at+2:at+6]), 16, 16)
		return rune(code), err == nil
	}
	for at := 0; at < len(body); at++ {
		if body[at] != '\\' {
			continue
		}
		code, ok := escape(at)
		switch {
		case !ok:
			at++ // the character after a backslash begins no escape
		case utf16.IsSurrogate(code):
			low, ok := escape(at + 6)
			if !ok || utf16.DecodeRune(code, low) == utf8.RuneError {
				return true
			}
			at += 11
		default:
			at += 5
		}
	}
	return false
}
