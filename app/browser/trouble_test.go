package browser

import (
	"context"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
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

// While an answer takes its time, somebody may type on.
func TestAllThatWasTypedInVainComesBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.open("/")
	v.add("Milk")
	v.expectFailure("/add")
	s.database.Freeze()
	v.keys("Bread" + kb.Enter + "Cake" + kb.Enter + "Jam")
	v.says("The list cannot be reached.", "Not stored: “Bread”, “Cake”.")
	assert.Equal(t, "Jam", v.value("textbox", "What is there to do?"))
	v.screenshot("unsaved")

	s.database.Thaw()
	v.keys(kb.Enter)
	v.shows("2 of 2 left", "[ ] Jam", "[ ] Milk")
	v.says("Added. 2 of 2 left", "Not stored: “Cake”.")
	assert.Equal(t, "Bread", v.value("textbox", "What is there to do?"))
	v.keys(kb.Enter)
	v.shows("3 of 3 left", "[ ] Bread", "[ ] Jam", "[ ] Milk")
	v.untilTrue("document.getElementById('said').textContent === 'Added. 3 of 3 left'")
	assert.Equal(t, "Cake", v.value("textbox", "What is there to do?"))
	v.keys(kb.Enter)
	v.shows("4 of 4 left", "[ ] Cake", "[ ] Bread", "[ ] Jam", "[ ] Milk")
	assert.Empty(t, v.value("textbox", "What is there to do?"))
}

// says waits until there is trouble to be seen, said in these words.
func (v *visitor) says(parts ...string) {
	v.t.Helper()
	for _, part := range parts {
		v.untilTrue("document.querySelector('#said.notice')?.textContent.includes(" + quoted(part) + ")")
	}
	v.untilTrue(inWindow("#said"))
}

func inWindow(selector string) string {
	return `(() => {
		const box = document.querySelector(` + quoted(selector) + `).getBoundingClientRect();
		return box.top >= 0 && box.bottom <= innerHeight;
	})()`
}

func TestTroubleAndUndoAreInSightInALongList(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t, phone)
	v.open("/")
	v.add("Milk", "Bread", strings.Repeat("long ", 90)+"title", "Cake")
	v.press("button", "Delete Bread")
	v.has("button", "Undo")
	v.untilTrue(inWindow("#undo"))
	assert.Greater(t, evaluate[float64](v, "scrollY"), 200.0, "where the top of the list is out of sight")
	v.screenshot("long-deleted")

	v.expectFailure("/")
	v.offline(true)
	v.press("button", "Completed Milk")
	v.says("The site does not answer. Please try again.")
	assert.Greater(t, evaluate[float64](v, "scrollY"), 200.0)
	v.screenshot("long-trouble")
	v.offline(false)
	v.press("textbox", "What is there to do?")
	v.keys(" " + kb.Enter)
	v.untilTrue("document.getElementById('refusal') !== null")
	v.untilTrue("document.querySelector('#said.notice') === null && document.getElementById('said').textContent === ''")
}

// offline takes the network away, or gives it back.
func (v *visitor) offline(yes bool) {
	v.t.Helper()
	v.do(network.EmulateNetworkConditions(yes, 0, -1, -1))
}

func TestWhatWaitsForAnAnswerFades(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.open("/")
	v.add("Milk")
	s.database.Slow(2 * time.Second)
	v.press("button", "Completed Milk")
	v.untilTrue("document.querySelector('li').ariaBusy === 'true' && getComputedStyle(document.querySelector('li')).opacity < 0.6")
	v.shows("0 of 1 left", "[x] Milk")
	s.database.Thaw()
	v.untilTrue("document.querySelector('[aria-busy]') === null")
}

func TestBackWithoutAnAnswerIsAPageThatSaysSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.open("/")
	v.add("Milk")
	v.press("link", "Completed")
	v.shows("1 of 1 left")
	v.expectFailure("/")
	s.database.Down()
	v.do(goBack)
	v.has("heading", "The list cannot be reached")
	v.at("/")
	s.database.Up()
	v.shows("1 of 1 left", "[ ] Milk")
}

func TestAListThatIsGoneIsSaidToBeUntilThereIsAnother(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.do(network.SetCookie("__Host-list", strings.Repeat("A", 22)).WithURL(s.url).WithPath("/").WithSecure(true))
	v.expectFailure("/")
	v.open("/")
	v.has("alert", "")
	v.screenshot("gone")
	v.add("Milk")
	v.shows("1 of 1 left", "[ ] Milk")
	v.untilTrue("!document.body.textContent.includes('no longer there')")
}

func TestWhoComesBackToATabSeesWhatHasChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.open("/")
	v.add("Milk")
	other := s.newVisitor(t)
	other.open(v.shareLink())
	v.shows("1 of 1 left", "[ ] Milk")
	other.add("Bread")
	v.tabBackTo("link Share and save link")
	// As a browser does; a window of its own cannot be hidden here.
	v.do(chromedp.Evaluate("document.dispatchEvent(new Event('visibilitychange')); 0", nil))
	v.shows("2 of 2 left", "[ ] Bread", "[ ] Milk")
	assert.Equal(t, "link Share and save link", v.focus(), "it stays where it was")
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
