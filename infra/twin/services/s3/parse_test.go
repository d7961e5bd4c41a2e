package s3

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFileName(t *testing.T) {
	for key, want := range map[string]bool{
		"a": true, "a/b.tar.gz": true, "..a/b..": true, "a b": true,
		"": false, "..": false, "a/../b": false, "a/./b": false, "a//b": false, "/a": false, "a/": false, "a\x00": false,
	} {
		assert.Equal(t, want, FileName(key), "%q", key)
	}
}
