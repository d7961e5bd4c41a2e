package state

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestChangesTakeEffectOneAfterTheOther(t *testing.T) {
	start := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	var h History
	h = h.Replace("", "one", at(0))
	h = h.Replace("one", "one", at(5))
	h = h.Replace("one", "two", at(10))
	h = h.Replace("two", "one", at(50))
	for seconds, want := range map[int]string{51: "two", 79: "two", 80: "one"} {
		assert.Equal(t, want, h.InForce("one", at(seconds)), seconds)
	}
	assert.Len(t, h, 1, "what no longer counts is forgotten")

	h = History{}.Replace("", "one", at(0)).Replace("one", "two", at(10))
	for seconds, want := range map[int]string{0: "", 29: "", 30: "one", 39: "one", 40: "two"} {
		assert.Equal(t, want, h.InForce("two", at(seconds)), seconds)
	}
	assert.Equal(t, "always", History(nil).InForce("always", start))
}
