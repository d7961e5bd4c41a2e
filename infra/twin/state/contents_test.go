package state

import (
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestContentsStayAsTheyAre(t *testing.T) {
	s := Open(t.TempDir())
	first, err := WriteContents(s, []byte("one"))
	require.NoError(t, err)
	second, err := WriteContents(s, []byte("two"))
	require.NoError(t, err)

	open, err := OpenContents(s, first)
	require.NoError(t, err)
	defer open.Close()
	require.NoError(t, DeleteContents(s, first))
	text, err := io.ReadAll(open)
	require.NoError(t, err)
	assert.Equal(t, "one", string(text), "who reads is not disturbed")

	_, err = OpenContents(s, first)
	require.ErrorIs(t, err, ErrNotFound)
	require.NoError(t, DeleteContents(s, first), "it is gone already")
	other, err := OpenContents(s, second)
	require.NoError(t, err)
	require.NoError(t, other.Close())
}

func TestObjectsOfTwoBucketsDiffer(t *testing.T) {
	assert.NotEqual(t, StorageObjectID("a", "b/c"), StorageObjectID("b", "c"))
}
