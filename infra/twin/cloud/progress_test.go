package cloud

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProgressIsShownLineByLine(t *testing.T) {
	t.Parallel()
	var shown []string
	w := &lines{show: func(line string) { shown = append(shown, line) }}
	for _, part := range []string{"Step 1/2 : FR", "OM scratch\n", "\n\x1b[91m ---> 1a2b\x1b[0m\nStep 2", "/2"} {
		n, err := io.WriteString(w, part)
		require.NoError(t, err)
		require.Len(t, part, n)
	}
	require.Equal(t, []string{"Step 1/2 : FROM scratch", "---> 1a2b"}, shown)
}

func TestProgressOutsideOfAnOperationGoesNowhere(t *testing.T) {
	t.Parallel()
	require.Equal(t, io.Discard, Progress(context.Background()))
}
