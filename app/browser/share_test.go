package browser

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAShareLinkLetsOthersJoinUntilItIsReplaced(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.newVisitor(t)
	owner.open("/")
	owner.add("Milk")
	owner.press("link", "Share and save link")
	link := owner.link("Link for others")
	other := s.newVisitor(t)
	require.Equal(t, http.StatusOK, other.open(link))
	other.shows("1 of 1 left", "[ ] Milk")
	other.add("Bread")
	other.press("button", "Completed Milk")
	other.shows("1 of 2 left", "[ ] Bread", "[x] Milk")
	other.press("link", "Active")
	other.shows("1 of 2 left", "[ ] Bread")
	other.at(link + "?show=active")
	other.screenshot("shared")
	assert.Empty(t, other.cookies(), "joining takes no cookie")
	assert.Equal(t, 1, other.loaded())

	owner.press("link", "Back to the list")
	owner.shows("1 of 2 left", "[ ] Bread", "[x] Milk")
	owner.press("link", "Share and save link")
	owner.press("button", "Replace the link")
	owner.untilTrue("document.getElementById('share').value !== " + quoted(s.url+link))
	fresh := owner.link("Link for others")
	owner.announces("status polite", "The link is new. The old one opens nothing.")
	owner.untilFocus("textbox Link for others")
	owner.screenshot("share-replaced")

	other.expectFailure(link)
	other.press("button", "Completed Bread") // in the page that is still open
	other.untilTrue("document.querySelector('.notice')?.textContent.startsWith('There is nothing here.')")
	assert.Equal(t, http.StatusNotFound, other.open(link))
	other.has("heading", "There is nothing here")
	other.screenshot("error-404")
	require.Equal(t, http.StatusOK, other.open(fresh))
	other.shows("1 of 2 left", "[ ] Bread", "[x] Milk")
	for _, secret := range []string{link, fresh} {
		s.assertNoLogHolds(t, strings.TrimPrefix(secret, "/l/"))
	}
}

func TestALinkIsCopiedWithOnePress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.open("/")
	v.add("Milk")
	v.press("link", "Share and save link")
	link := v.value("textbox", "Link for others")
	v.press("button", "Copy the link for others")
	v.announces("status polite", "Copied the link for others")
	v.screenshot("share-copied")
	v.press("link", "Back to the list")
	v.press("textbox", "What is there to do?")
	v.do(input.DispatchKeyEvent(input.KeyDown).WithKey("v").WithModifiers(input.ModifierCtrl).WithCommands([]string{"paste"}))
	v.untilTrue("document.getElementById('todo').value === " + quoted(link))

	without := s.newVisitor(t, withoutScript)
	without.open("/")
	without.add("Milk")
	without.open("/share")
	without.has("textbox", "Link for others")
	assert.Empty(t, evaluate[[]string](without, "[...document.querySelectorAll('.copy')].filter((button) => button.offsetWidth > 0).map(String)"),
		"a button that would do nothing")
}

func TestARecoveryLinkGivesAnotherBrowserTheList(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]func(*site, *testing.T) *visitor{
		"with script":    func(s *site, t *testing.T) *visitor { return s.newVisitor(t) },
		"without script": func(s *site, t *testing.T) *visitor { return s.newVisitor(t, withoutScript) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			first, other := s.newVisitor(t), second(s, t)
			first.open("/")
			first.add("Milk")
			first.press("link", "Share and save link")
			link := first.link("Link for yourself")

			require.Equal(t, http.StatusOK, other.open(link))
			assert.Empty(t, other.cookies(), "a link that is only opened changes nothing")
			other.screenshot("recover")
			other.press("button", "Open it in this browser")
			other.shows("1 of 1 left", "[ ] Milk")
			other.at("/")
			assert.Equal(t, first.cookies()[0].Value, other.cookies()[0].Value)
			other.press("link", "Share and save link")
			assert.Equal(t, link, other.link("Link for yourself"), "it is the owner's list there too")
			s.assertNoLogHolds(t, strings.TrimPrefix(link, "/o/"))
		})
	}
}

// link is the path of an address in a field of the share page.
func (v *visitor) link(label string) string {
	v.t.Helper()
	path, here := strings.CutPrefix(v.value("textbox", label), v.site.url)
	require.True(v.t, here, "the link is for the address that the visitor uses")
	return path
}

// shareLink is the path of the list's link for others. The owner looks it up and
// comes back to the list.
func (v *visitor) shareLink() string {
	v.t.Helper()
	v.press("link", "Share and save link")
	link := v.link("Link for others")
	v.press("link", "Back to the list")
	return link
}
