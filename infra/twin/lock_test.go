package main

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOneCommandStartsTheTwinAtATime(t *testing.T) {
	twin := emptyProject(t)
	inside := make(chan bool)
	entered := make(chan bool, 1)
	second := make(chan error, 1)
	failed := errors.New("it failed")
	err := twin.alone(t.Context(), func() error {
		impatient, cancel := context.WithCancel(t.Context())
		cancel()
		assert.ErrorIs(t, twin.alone(impatient, func() error { panic("two at once") }), context.Canceled)
		go func() {
			close(inside)
			second <- twin.alone(t.Context(), func() error { entered <- true; return nil })
		}()
		<-inside
		assert.Empty(t, entered, "it waits")
		return failed
	})
	assert.Equal(t, failed, err)
	assert.NoError(t, <-second, "what failed has let go of the lock")
	assert.True(t, <-entered)
}
