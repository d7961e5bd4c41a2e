package command

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRunReturnsTheOutputAndTellsWhyItFailed(t *testing.T) {
	out, err := Run(t.Context(), "sh", "-c", "echo out; echo noise >&2")
	require.NoError(t, err)
	assert.Equal(t, "out\n", out)

	_, err = Run(t.Context(), "sh", "-c", "seq 10000; echo the reason >&2; exit 3")
	assert.ErrorContains(t, err, "sh -c: exit status 3: ")
	assert.True(t, strings.HasSuffix(err.Error(), "the reason"))
	assert.Less(t, len(err.Error()), 2100)
}

func TestPipeFailsWithEitherProgram(t *testing.T) {
	sh := func(script string) *exec.Cmd { return exec.Command("sh", "-c", script) }
	assert.NoError(t, Pipe(sh("echo text"), sh("grep -q text")))
	assert.ErrorContains(t, Pipe(sh("echo first >&2; exit 1"), sh("cat")), "first")
	assert.ErrorContains(t, Pipe(sh("yes"), sh("echo second >&2; exit 1")), "second", "and the first does not hang")
}

func TestStepSaysWhetherItWorked(t *testing.T) {
	var out strings.Builder
	require.NoError(t, Step(&out, "load", func() error { return nil }))
	assert.Error(t, Step(&out, "build", func() error { return errors.New("no") }))
	assert.Equal(t, "load …\nload: 0 s\nbuild …\nbuild: failed\n", out.String())
}
