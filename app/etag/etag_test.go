package etag

import (
	"crypto/sha256"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKnown(t *testing.T) {
	tag := Weak(sha256.Sum256([]byte("page")))
	assert.Regexp(t, `^W/"[A-Za-z0-9_-]{16}"$`, tag)
	other := Weak(sha256.Sum256([]byte("other page")))
	for _, has := range [][]string{{tag}, {tag[2:]}, {other + ", " + tag}, {other, " " + tag + " "}, {"*"}} {
		assert.True(t, Known(&http.Request{Header: http.Header{"If-None-Match": has}}, tag), has)
	}
	for _, has := range [][]string{nil, {""}, {other}, {tag[:len(tag)-1]}, {"W/"}, {","}} {
		assert.False(t, Known(&http.Request{Header: http.Header{"If-None-Match": has}}, tag), has)
	}
	assert.True(t, Known(&http.Request{Header: http.Header{"If-None-Match": {`W/"a"`}}}, `"a"`))
}
