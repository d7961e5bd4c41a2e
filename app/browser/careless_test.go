package browser

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
)

// The second click of a double click comes when the page has changed already.
func TestADoubleClickDoesWhatTheFirstClickDid(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	v.add("Milk", "Bread", "Cake", "Rolls")
	for _, deleted := range []struct{ title, first string }{{"Rolls", "Cake"}, {"Bread", "Cake"}, {"Milk", "Cake"}} {
		x, y := v.pointAt("button", "Delete "+deleted.title)
		v.do(chromedp.MouseClickXY(x, y))
		v.has("button", "Undo")
		v.pressAgain(x, y)
		v.press("button", "Undo")
		v.shows("4 of 4 left", "[ ] Rolls", "[ ] Cake", "[ ] Bread", "[ ] Milk")
	}

	x, y := v.pointAt("link", "Edit Cake")
	v.do(chromedp.MouseClickXY(x, y))
	v.has("textbox", "New text")
	v.pressAgain(x, y)
	v.press("button", "Save")
	v.shows("4 of 4 left", "[ ] Rolls", "[ ] Cake", "[ ] Bread", "[ ] Milk")

	v.press("textbox", "What is there to do?")
	v.keys("Jam")
	x, y = v.pointAt("button", "Add")
	v.do(chromedp.MouseClickXY(x, y))
	v.pressAgain(x, y)
	v.announces("status polite", "Added. 5 of 5 left")
	v.press("button", "Completed Jam") // which would come after a refusal of nothing
	v.shows("4 of 5 left", "[x] Jam", "[ ] Rolls", "[ ] Cake", "[ ] Bread", "[ ] Milk")
}

// Without a script a page is loaded in between, and nothing that stands where the
// pointer is does anything to the whole list.
func TestNothingMovesUnderThePointerThatHasDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, v := range []*visitor{s.newVisitor(t), s.newVisitor(t, withoutScript)} {
		v.open("/")
		v.add("Milk", "Bread", "Cake")
		_, before := v.pointAt("button", "Delete Cake")
		v.press("button", "Delete Cake")
		v.has("button", "Undo")
		_, after := v.pointAt("button", "Delete Bread")
		assert.Equal(t, before, after)
	}
}

func TestAnAnswerThatComesWhileAButtonIsPressedTakesNoClick(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.open("/")
	v.add("Milk", "Bread")
	x, y := v.pointAt("button", "Delete Bread")
	const answers = "performance.getEntriesByType('resource').length"
	before := evaluate[int](v, answers)
	s.database.Slow(200 * time.Millisecond)
	v.press("button", "Completed Milk")
	mouse := func(kind input.MouseType) *input.DispatchMouseEventParams {
		return input.DispatchMouseEvent(kind, x, y).WithButton(input.Left).WithClickCount(1)
	}
	v.do(mouse(input.MousePressed))
	v.untilTrue(fmt.Sprint(answers, " > ", before))
	v.do(mouse(input.MouseReleased))
	v.shows("0 of 1 left", "[x] Milk")
	v.has("button", "Undo")
}

func TestAKeyThatIsHeldDownDoesWhatItDidAtFirst(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	v.keys("Milk")
	v.hold(func() { v.shows("1 of 1 left", "[ ] Milk") })
	v.add("Bread", "Cake")
	v.tabTo("button Delete Cake")
	v.hold(func() { v.untilFocus("button Delete Bread") })
	v.press("button", "Undo")
	v.shows("3 of 3 left", "[ ] Cake", "[ ] Bread", "[ ] Milk")
	v.tabTo("link Edit Cake")
	v.hold(func() { v.untilFocus("textbox New text") })
	v.press("button", "Completed Cake")
	v.shows("2 of 3 left", "[x] editing Cake", "[ ] Bread", "[ ] Milk")
}

// hold keeps Enter pressed until something has happened, and longer.
func (v *visitor) hold(until func()) {
	v.t.Helper()
	enter := func(kind input.KeyType) *input.DispatchKeyEventParams {
		return input.DispatchKeyEvent(kind).WithKey("Enter").WithCode("Enter").WithWindowsVirtualKeyCode(13)
	}
	v.do(enter(input.KeyDown).WithText(kb.Enter))
	until()
	for range 3 {
		v.do(enter(input.KeyDown).WithText(kb.Enter).WithAutoRepeat(true))
	}
	v.do(enter(input.KeyUp))
}
