package browser

import (
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const nothing = "Nothing to do. Enjoy it while it lasts."

func TestEverythingWithScriptAndNoPageIsLoadedAnew(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	v.do(chromedp.Evaluate("window.mark = 'the same page'", nil))
	v.uses()
	assert.Equal(t, "the same page", evaluate[string](v, "window.mark"), "a page that is loaded anew knows nothing of it")
	assert.Equal(t, 1, v.loaded())
	v.screenshot("script")

	v.browses()
	assert.Equal(t, "the same page", evaluate[string](v, "window.mark"), "back and forward load nothing either")
	assert.Equal(t, 1, v.loaded())
	v.keeps()
	assert.Equal(t, 3, v.loaded(), "a refresh and a bookmark do")
}

func TestEverythingWithoutScript(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t, withoutScript)
	v.open("/")
	require.False(t, evaluate[bool](v, "document.getElementById('list').hasAttribute('tabindex')"), "the script ran")
	v.uses()
	assert.Greater(t, v.loaded(), 10, "every step is a page")
	v.screenshot("no-script")
	v.browses()
	v.keeps()
}

// uses goes through all that a list can do. It ends with three items, two open.
func (v *visitor) uses() {
	v.t.Helper()
	v.shows(nothing)
	v.add("Milk", "Bread", "Cake")
	v.shows("3 of 3 left", "[ ] Cake", "[ ] Bread", "[ ] Milk")

	v.press("button", "Completed Milk")
	v.shows("2 of 3 left", "[ ] Cake", "[ ] Bread", "[x] Milk")
	v.press("button", "Completed Milk")
	v.shows("3 of 3 left", "[ ] Cake", "[ ] Bread", "[ ] Milk")

	v.press("link", "Edit Bread")
	v.shows("3 of 3 left", "[ ] Cake", "[ ] editing Bread", "[ ] Milk")
	v.press("textbox", "New text")
	v.replace("Brown bread")
	v.has("button", "Completed Bread") // as it is stored
	v.has("button", "Delete Bread")
	v.press("button", "Save")
	v.shows("3 of 3 left", "[ ] Cake", "[ ] Brown bread", "[ ] Milk")
	v.press("link", "Edit Cake")
	v.press("textbox", "New text")
	v.replace("Pie" + kb.Enter)
	v.shows("3 of 3 left", "[ ] Pie", "[ ] Brown bread", "[ ] Milk")
	v.press("link", "Edit Pie")
	v.press("textbox", "New text")
	v.replace("Tart")
	v.press("link", "Cancel")
	v.shows("3 of 3 left", "[ ] Pie", "[ ] Brown bread", "[ ] Milk")

	v.press("button", "Delete Brown bread")
	v.shows("2 of 2 left", "[ ] Pie", "[ ] Milk")
	v.press("button", "Undo")
	v.shows("3 of 3 left", "[ ] Pie", "[ ] Brown bread", "[ ] Milk")

	v.press("button", "Complete all")
	v.shows("0 of 3 left", "[x] Pie", "[x] Brown bread", "[x] Milk")
	v.press("button", "Reopen all")
	v.shows("3 of 3 left", "[ ] Pie", "[ ] Brown bread", "[ ] Milk")

	v.press("button", "Completed Pie")
	v.press("button", "Clear completed (1)")
	v.shows("2 of 2 left", "[ ] Brown bread", "[ ] Milk")
	v.press("button", "Undo")
	v.shows("2 of 3 left", "[x] Pie", "[ ] Brown bread", "[ ] Milk")
}

// browses follows the filters and goes back and forward.
func (v *visitor) browses() {
	v.t.Helper()
	v.press("link", "Active")
	v.shows("2 of 3 left", "[ ] Brown bread", "[ ] Milk")
	v.at("/?show=active")
	v.press("link", "Completed")
	v.shows("2 of 3 left", "[x] Pie")
	v.at("/?show=completed")
	v.do(goBack)
	v.shows("2 of 3 left", "[ ] Brown bread", "[ ] Milk")
	v.at("/?show=active")
	v.do(goForward)
	v.shows("2 of 3 left", "[x] Pie")
	v.at("/?show=completed")
	v.do(goBack)
	v.shows("2 of 3 left", "[ ] Brown bread", "[ ] Milk")

	v.press("button", "Completed Milk")
	v.shows("1 of 3 left", "[ ] Brown bread")
	v.at("/?show=active")
}

// What is added under "Completed" would not be seen there.
func TestWhatIsAddedIsSeen(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, v := range []*visitor{s.newVisitor(t), s.newVisitor(t, withoutScript)} {
		v.open("/")
		v.add("Milk")
		v.press("link", "Completed")
		v.shows("1 of 1 left")
		v.add("Bread")
		v.shows("2 of 2 left", "[ ] Bread", "[ ] Milk")
		v.at("/")
		v.do(goBack)
		v.at("/?show=completed")
	}
}

// keeps loads the page again, and comes back to a filter as from a bookmark.
func (v *visitor) keeps() {
	v.t.Helper()
	v.do(chromedp.Reload())
	v.shows("1 of 3 left", "[ ] Brown bread")
	v.at("/?show=active")
	v.open("/?show=completed")
	v.shows("1 of 3 left", "[x] Pie", "[x] Milk")
	assert.Equal(v.t, "Completed", evaluate[string](v, "document.querySelector('nav [aria-current=page]').textContent"))
}

func TestWhatIsTypedFastIsStoredInItsOrder(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	v.keys("one" + kb.Enter + "two" + kb.Enter + "three" + kb.Enter + "four" + kb.Enter)
	v.shows("4 of 4 left", "[ ] four", "[ ] three", "[ ] two", "[ ] one")
	v.open("/")
	v.shows("4 of 4 left", "[ ] four", "[ ] three", "[ ] two", "[ ] one")
}

func TestTheCookieIsForThisHostAndNoScript(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	assert.Empty(t, v.cookies(), "looking makes no list")
	v.add("Milk")
	cookies := v.cookies()
	require.Len(t, cookies, 1)
	cookie := cookies[0]
	assert.Equal(t, "__Host-list", cookie.Name)
	assert.True(t, cookie.Secure)
	assert.True(t, cookie.HTTPOnly)
	assert.Equal(t, network.CookieSameSiteLax, cookie.SameSite)
	assert.Equal(t, "/", cookie.Path)
	assert.Equal(t, "127.0.0.1", cookie.Domain, "of this host alone")
	assert.Empty(t, evaluate[string](v, "document.cookie"))
	v.site.assertNoLogHolds(t, cookie.Value)
	v.site.assertNoLogHolds(t, "Milk")
}

func TestWhatIsBeingTypedRenamesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.open("/")
	v.add("Milk")
	other := s.newVisitor(t)
	other.open(v.shareLink())
	v.press("link", "Edit Milk")
	v.press("textbox", "New text")
	v.replace("Oat milk")

	other.press("link", "Edit Milk")
	other.press("textbox", "New text")
	other.replace("Cream" + kb.Enter)
	other.shows("1 of 1 left", "[ ] Cream")
	v.press("button", "Completed Milk") // the page does not know yet
	v.shows("0 of 1 left", "[x] editing Oat milk")
	v.has("button", "Completed Cream")
	v.has("button", "Delete Cream")
	v.press("button", "Save")
	v.shows("0 of 1 left", "[x] Oat milk")
	v.has("button", "Delete Oat milk")
}
