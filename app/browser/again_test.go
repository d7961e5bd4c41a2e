package browser

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Without script the Back button brings back the page as it was, key included.
func TestAPageThatTheBackButtonBroughtDoesWhatItSays(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t, withoutScript)
	const key = "document.getElementById('add').elements.key.value"
	v.open("/")
	v.add("Milk")
	v.press("link", "Edit Milk") // no write leads to that page, so that the browser's copy stays
	v.shows("1 of 1 left", "[ ] editing Milk")
	old := evaluate[string](v, key)
	back := func() {
		t.Helper()
		v.do(goBackTo("?edit="))
		v.shows("1 of 1 left", "[ ] editing Milk")
		require.Equal(t, old, evaluate[string](v, key))
	}
	v.press("button", "Completed Milk")
	v.shows("0 of 1 left", "[x] Milk")
	v.press("button", "Completed Milk")
	v.shows("1 of 1 left", "[ ] Milk")
	back()
	v.press("button", "Completed Milk")
	v.shows("0 of 1 left", "[x] Milk")
	back()
	v.press("button", "Delete Milk")
	v.shows(nothing)
	v.press("button", "Undo")
	v.shows("0 of 1 left", "[x] Milk")
	back()
	v.press("button", "Delete Milk")
	v.shows(nothing)
	v.press("button", "Undo")
	v.shows("0 of 1 left", "[x] Milk")
}

// goBackTo finds the first page of the history whose address has the part.
func goBackTo(part string) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		_, entries, err := page.GetNavigationHistory().Do(ctx)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			if strings.Contains(entry.URL, part) {
				return page.NavigateToHistoryEntry(entry.ID).Do(ctx)
			}
		}
		return errors.New("never been at " + part)
	})
}

// Nobody can tell whether it was stored, so that the text is given back. Whatever
// happens until it is sent again, it is stored once.
func TestATextWhoseAnswerWasLostIsStoredOnce(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	v.add("Milk")
	v.do(chromedp.Evaluate(`{
		const ask = window.fetch;
		window.fetch = async (...asked) => {
			await ask(...asked);
			window.fetch = ask;
			throw new TypeError('the connection broke');
		};
	}`, nil))
	v.press("textbox", "What is there to do?")
	v.keys("Bread" + kb.Enter)
	v.untilTrue("document.querySelector('.notice')?.textContent === 'The site does not answer. Please try again.'")
	require.Equal(t, "Bread", v.value("textbox", "What is there to do?"))
	v.press("button", "Completed Milk")
	v.shows("1 of 2 left", "[ ] Bread", "[x] Milk")
	v.press("button", "Add")
	v.untilTrue("document.getElementById('todo').value === ''")
	v.add("Cake")
	v.shows("2 of 3 left", "[ ] Cake", "[ ] Bread", "[x] Milk")
	v.press("button", "Completed Bread")
	v.shows("1 of 3 left", "[ ] Cake", "[x] Bread", "[x] Milk")
	v.add("Bread")
	v.shows("2 of 4 left", "[ ] Bread", "[ ] Cake", "[x] Bread", "[x] Milk")
	assert.Equal(t, 1, v.loaded())
}

func TestTheSameTextTypedTwiceIsTwoTodos(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	v.keys("Milk" + kb.Enter + "Milk" + kb.Enter)
	v.shows("2 of 2 left", "[ ] Milk", "[ ] Milk")
}
