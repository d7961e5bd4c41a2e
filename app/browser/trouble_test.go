package browser

import (
	"context"
	"net/http"
	"os"
	"syscall"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatWasTypedSurvivesADatabaseThatIsDown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	with, without := s.newVisitor(t), s.newVisitor(t, withoutScript)
	for _, v := range []*visitor{with, without} {
		v.open("/")
		v.add("Milk")
		v.expectFailure("/")
	}
	s.database.Down()
	for _, v := range []*visitor{with, without} {
		v.press("textbox", "What is there to do?")
		v.keys("Bread" + kb.Enter)
	}
	with.untilTrue("document.querySelector('.notice')?.textContent.startsWith('The list cannot be reached.')")
	assert.Equal(t, "Bread", with.value("textbox", "What is there to do?"))
	with.shows("1 of 1 left", "[ ] Milk")
	with.screenshot("error-503-script")
	without.has("heading", "The list cannot be reached")
	assert.Equal(t, "Bread", without.value("textbox", "What you typed"))
	without.screenshot("error-503-typed")

	s.database.Up()
	with.press("button", "Add")
	without.press("button", "Try again")
	for _, v := range []*visitor{with, without} {
		v.shows("2 of 2 left", "[ ] Bread", "[ ] Milk")
	}
}

func TestAPageComesBackByItself(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t, withoutScript)
	v.open("/")
	v.add("Milk")
	v.expectFailure("/")
	s.database.Down()
	assert.Equal(t, http.StatusServiceUnavailable, v.open("/"))
	v.screenshot("error-503")
	s.database.Up()
	v.shows("1 of 1 left", "[ ] Milk") // Refresh: 5
}

func TestTheSitesFrontHasPagesOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t, prefers("color-scheme", "dark"))
	v.open("/")
	v.expectFailure("/")
	// nginx with slots that nobody has, as on a host where no slot has started yet.
	require.NoError(t, os.WriteFile(s.Upstream, []byte("server 127.0.0.1:9;\n"), 0o644))
	require.NoError(t, s.Process.Signal(syscall.SIGHUP))
	v.until("nginx has no slot", func(context.Context) (bool, error) { return v.open("/") == http.StatusServiceUnavailable, nil })
	v.has("heading", "Back in a moment")
	v.assertContrast("503 of nginx")
	v.screenshot("error-503-nginx")
}
