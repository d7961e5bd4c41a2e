package state

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneProcessReadsTheObjectsOfAnother(t *testing.T) {
	s := Open(t.TempDir())
	writer, err := Objects(s)
	require.NoError(t, err)
	reader, err := Objects(s)
	require.NoError(t, err)

	content := []byte("bundle")
	require.NoError(t, writer.CreateBucket("assets"))
	_, err = writer.PutObject("assets", "bundles/1.tar.gz", map[string]string{"Content-Type": "application/gzip"},
		bytes.NewReader(content), int64(len(content)), nil)
	require.NoError(t, err)

	object, err := reader.GetObject("assets", "bundles/1.tar.gz", nil)
	require.NoError(t, err)
	defer object.Contents.Close()
	got, err := io.ReadAll(object.Contents)
	require.NoError(t, err)
	assert.Equal(t, content, got)
	assert.Equal(t, "application/gzip", object.Metadata["Content-Type"])
}
