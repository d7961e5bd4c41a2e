package hoststatus

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestParseIsLenient(t *testing.T) {
	for _, text := range []string{"{}", "", "<html>", "[1]"} {
		s := Parse(text)
		assert.Empty(t, s.Revision+s.State, text)
		assert.True(t, s.Published().IsZero())
		assert.Equal(t, "has not said anything yet", s.Summary())
	}
}

func TestParseReadsWhatHostsPublish(t *testing.T) {
	s := Parse(`{"revision":"0123456789abcdef","state":"retrying","hops":[{"name":"seen","ok":true,"detail":""},
		{"name":"disk","ok":false,"detail":"not attached"}],"versions":{"postgresql":"17.6"},
		"operations":[{"id":"one","kind":"restart","state":"done","detail":"","time":"2026-11-23T20:00:00Z"}],
		"error":"exit code 1","log":"a\nb\n","time":"2026-11-23T20:00:00Z","later":"unknown to us"}`)
	assert.Equal(t, "retrying 0123456789ab: disk not done: not attached; exit code 1", s.Summary())
	assert.Equal(t, "17.6", s.Versions["postgresql"])
	assert.Equal(t, "done", s.Operations[0].State)
	assert.Equal(t, "\nthe end of its log:\n  | a\n  | b", s.LogTail())
	assert.False(t, s.Serves("0123456789abcdef"))
	s.State = Serving
	assert.True(t, s.Serves("0123456789abcdef"))
	assert.False(t, s.Serves("0123456789ab"))
}

func TestParseKeepsControlCharactersFromTheTerminal(t *testing.T) {
	s := Parse(`{"error":"a\u001b[2Jb","log":"a\r\nb","hops":[{"name":"disk","detail":"\u0007"}],"versions":{"x":"1\u001b"},"state":"serving\nweb host: serving"}`)
	assert.Equal(t, "serving web host: serving", s.State)
	assert.Equal(t, "a [2Jb", s.Error)
	assert.Equal(t, "a \nb", s.Log)
	assert.Equal(t, " ", s.Hops[0].Detail)
	assert.Equal(t, "1 ", s.Versions["x"])
}

func TestHopsAreToldInTheWordsOfAnOperator(t *testing.T) {
	assert.Equal(t, "image pulled", Hop{Name: "image", OK: true, Detail: "pulled"}.String())
	assert.Equal(t, "disk done: 20 GB", Hop{Name: "disk", OK: true, Detail: "20 GB"}.String())
	assert.Equal(t, "blue not done: exit code 1", Hop{Name: "blue", Detail: "exit code 1"}.String())
}

func TestSilence(t *testing.T) {
	s := Status{State: Serving, Time: "2026-11-23T20:00:00Z"}
	last := s.Published()
	assert.Empty(t, s.SilentSince(last.Add(Silence)))
	assert.Equal(t, "silent since 2026-11-23 20:00:00 UTC", s.SilentSince(last.Add(Silence+time.Second)))
	assert.Empty(t, s.SilentSince(last.Add(-time.Hour)), "a host's clock may be fast")
	assert.Empty(t, Status{}.SilentSince(last), "before its first word")
}
