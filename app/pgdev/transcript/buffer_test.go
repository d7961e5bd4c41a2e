package transcript

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestABufferKeepsAllOrTheLast(t *testing.T) {
	for limit, want := range map[int]string{0: "one two three", 100: "one two three", 5: "three", 1: "e"} {
		b := Buffer{Limit: limit}
		for _, text := range []string{"one ", "two ", "three"} {
			n, err := fmt.Fprint(&b, text)
			assert.NoError(t, err)
			assert.Equal(t, len(text), n)
		}
		assert.Equal(t, want, b.String(), limit)
	}
}

func TestManyWriteAtOnce(t *testing.T) {
	var b Buffer
	var writers sync.WaitGroup
	for range 20 {
		writers.Go(func() {
			for range 50 {
				fmt.Fprintln(&b, "whole lines")
				_ = b.String()
			}
		})
	}
	writers.Wait()
	assert.Equal(t, strings.Repeat("whole lines\n", 1000), b.String())
}
