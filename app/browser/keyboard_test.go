package browser

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheKeyboardReachesEverythingInOrder(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	v.keys("Milk" + kb.Enter + "Bread" + kb.Enter)
	v.shows("2 of 2 left", "[ ] Bread", "[ ] Milk")
	order := []string{
		"textbox What is there to do?", "button Add",
		"link All", "link Active", "link Completed",
		"button Completed Bread", "link Edit Bread", "button Delete Bread",
		"button Completed Milk", "link Edit Milk", "button Delete Milk",
		"button Complete all",
	}
	for _, wanted := range order {
		require.Equal(t, wanted, v.focus())
		v.assertFocusShows(wanted)
		v.keys(kb.Tab)
	}
	v.keys(kb.Tab, input.ModifierShift)
	for i := len(order) - 1; i >= 0; i-- {
		require.Equal(t, order[i], v.focus(), "backwards")
		v.keys(kb.Tab, input.ModifierShift)
	}
	assert.Equal(t, "link Share and save link", v.focus())
	v.assertFocusShows("link Share and save link")
}

// assertFocusShows wants an outline of two pixels or more around the focus
// (WCAG 2.4.13), in the viewport (2.4.11). Its contrast is tried with the palette.
func (v *visitor) assertFocusShows(what string) {
	v.t.Helper()
	outline := evaluate[struct {
		Style string
		Width float64
		Seen  bool
	}](v, `(() => {
		const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
		return {Style: style.outlineStyle, Width: parseFloat(style.outlineWidth),
			Seen: box.top >= 0 && box.bottom <= innerHeight && box.width > 0};
	})()`)
	assert.Equal(v.t, "solid", outline.Style, what)
	assert.GreaterOrEqual(v.t, outline.Width, 2.0, what)
	assert.True(v.t, outline.Seen, what)
}

func TestEverythingByKeyboardAlone(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	v.keys("Milk" + kb.Enter + "Bread" + kb.Enter + "Cake" + kb.Enter)
	v.shows("3 of 3 left", "[ ] Cake", "[ ] Bread", "[ ] Milk")

	v.tabTo("button Completed Bread")
	v.keys(" ")
	v.shows("2 of 3 left", "[ ] Cake", "[x] Bread", "[ ] Milk")
	v.untilFocus("button Completed Bread")

	v.tabTo("link Edit Bread")
	v.keys(kb.Enter)
	v.untilFocus("textbox New text")
	v.keys("Brown bread" + kb.Escape) // the text is selected, so this is in its place
	v.shows("2 of 3 left", "[ ] Cake", "[x] Bread", "[ ] Milk")
	v.untilFocus("link Edit Bread")
	v.keys(kb.Enter)
	v.untilFocus("textbox New text")
	v.keys("Brown bread" + kb.Enter)
	v.shows("2 of 3 left", "[ ] Cake", "[x] Brown bread", "[ ] Milk")
	v.untilFocus("link Edit Brown bread")

	v.keys(kb.Enter)
	v.untilFocus("textbox New text")
	v.expectFailure("/items/") // 422
	v.keys(kb.Backspace + kb.Enter)
	v.untilTrue("document.activeElement.getAttribute('aria-describedby') === 'refusal'")
	v.untilFocus("textbox New text")
	v.keys(kb.Escape)
	v.untilFocus("link Edit Brown bread")

	v.tabTo("button Delete Brown bread")
	v.keys(kb.Enter)
	v.shows("2 of 2 left", "[ ] Cake", "[ ] Milk")
	v.untilFocus("button Delete Milk") // what has come into its place
	v.tabBackTo("button Undo")
	v.keys(kb.Enter)
	v.shows("2 of 3 left", "[ ] Cake", "[x] Brown bread", "[ ] Milk")
	assert.NotContains(t, v.focus(), "RootWebArea", "the focus is lost with the button")

	v.tabTo("link Completed")
	v.keys(kb.Enter)
	v.shows("2 of 3 left", "[x] Brown bread")
	v.untilFocus("link Completed")
	v.tabTo("button Clear completed (1)")
	v.keys(kb.Enter)
	v.shows("2 of 2 left")
	assert.NotContains(t, v.focus(), "RootWebArea", "the focus is lost with the button")
	v.tabBackTo("link All")
	v.keys(kb.Enter)
	v.shows("2 of 2 left", "[ ] Cake", "[ ] Milk")
	v.untilFocus("link All")
	v.tabTo("button Complete all")
	v.keys(kb.Enter)
	v.shows("0 of 2 left", "[x] Cake", "[x] Milk")
	v.untilFocus("button Reopen all")
}

// Without a script the address leads back to the item, and Tab goes on there.
func TestTheKeyboardGoesOnWhereItWasWithoutScript(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t, withoutScript)
	v.open("/")
	v.untilFocus("textbox What is there to do?")
	for _, title := range []string{"Milk", "Bread"} {
		v.keys(title + kb.Enter)
		v.untilTrue("document.querySelector('li .title')?.textContent === " + quoted(title))
		v.untilFocus("textbox What is there to do?")
	}
	v.tabTo("button Completed Bread")
	v.keys(" ")
	v.shows("1 of 2 left", "[x] Bread", "[ ] Milk")
	v.untilTrue("document.readyState === 'complete' && location.hash.startsWith('#item-')")
	v.tabTo("link Edit Bread")
	v.keys(kb.Enter)
	v.untilFocus("textbox New text")
	v.replace("Brown bread" + kb.Enter)
	v.shows("1 of 2 left", "[x] Brown bread", "[ ] Milk")
	v.tabTo("button Delete Brown bread")
	v.keys(kb.Enter)
	v.shows("1 of 1 left", "[ ] Milk")
	v.untilFocus("button Undo")
	v.keys(kb.Enter)
	v.shows("1 of 2 left", "[x] Brown bread", "[ ] Milk")
}

// What is fixed to the edges of a small window hides nothing that has the focus
// (WCAG 2.4.11).
func TestTheToastHidesNoFocus(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t, phone)
	v.open("/")
	for n := range 12 {
		v.add(fmt.Sprint("todo ", n))
	}
	v.press("button", "Delete todo 11")
	v.has("button", "Undo")
	v.tabBackTo("button Undo")
	for range 40 {
		v.keys(kb.Tab)
		at := v.focus()
		assert.True(t, evaluate[bool](v, `(() => {
			const at = document.activeElement, box = at.getBoundingClientRect();
			return at === document.body || at.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
		})()`), at)
		if at == "button Complete all" {
			return
		}
	}
	require.Fail(t, "Tab does not reach the end of the list")
}

func (v *visitor) untilFocus(wanted string) {
	v.t.Helper()
	v.until("the focus is on "+wanted, func(ctx context.Context) (bool, error) {
		said, err := focused(ctx)
		return said == wanted, err
	})
}

// tabTo presses Tab until the focus is there; every control is within reach.
func (v *visitor) tabTo(wanted string) {
	v.t.Helper()
	v.walkTo(wanted)
}

func (v *visitor) tabBackTo(wanted string) {
	v.t.Helper()
	v.walkTo(wanted, input.ModifierShift)
}

func (v *visitor) walkTo(wanted string, modifiers ...input.Modifier) {
	v.t.Helper()
	var passed []string
	for range 40 {
		at := v.focus()
		if at == wanted {
			return
		}
		passed = append(passed, at)
		v.keys(kb.Tab, modifiers...)
	}
	require.FailNow(v.t, "Tab does not reach "+wanted, "%q", passed)
}
