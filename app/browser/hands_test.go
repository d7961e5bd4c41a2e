package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Controls are found by what screen readers say of them, so that none is used
// that has no role and no name.

// press clicks on the only control with the role and the name.
func (v *visitor) press(role, name string) {
	v.t.Helper()
	x, y := v.pointAt(role, name)
	v.do(chromedp.MouseClickXY(x, y))
}

// pressAgain is the second click of a double click at a place.
func (v *visitor) pressAgain(x, y float64) {
	v.t.Helper()
	v.do(chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
}

// pointAt brings the only control with the role and the name into the window and
// says where its middle is.
func (v *visitor) pointAt(role, name string) (x, y float64) {
	v.t.Helper()
	v.until("point at the "+role+" "+name, func(ctx context.Context) (bool, error) {
		found, err := find(ctx, role, name)
		if err != nil {
			return false, err
		}
		node := found.Node
		if err := dom.ScrollIntoViewIfNeeded().WithBackendNodeID(node).Do(ctx); err != nil {
			return false, err
		}
		quads, err := dom.GetContentQuads().WithBackendNodeID(node).Do(ctx)
		if err != nil || len(quads) == 0 {
			return false, err
		}
		x = (quads[0][0] + quads[0][2] + quads[0][4] + quads[0][6]) / 4
		y = (quads[0][1] + quads[0][3] + quads[0][5] + quads[0][7]) / 4
		return true, nil
	})
	return x, y
}

// has waits for the only control with the role and the name.
func (v *visitor) has(role, name string) {
	v.t.Helper()
	v.until("there is the "+role+" "+name, func(ctx context.Context) (bool, error) {
		_, err := find(ctx, role, name)
		return true, err
	})
}

// focus is the role and the name of what has the focus.
func (v *visitor) focus() (said string) {
	v.t.Helper()
	v.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		said, err = focused(ctx)
		return err
	}))
	return said
}

// keys presses keys of kb or types text, as from the keyboard.
func (v *visitor) keys(keys string, modifiers ...input.Modifier) {
	v.t.Helper()
	v.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

// replace selects what stands in the focused field and types over it.
func (v *visitor) replace(text string) {
	v.t.Helper()
	// Where a keyboard has Ctrl+A depends on the system; the command is the same.
	v.do(input.DispatchKeyEvent(input.KeyDown).WithKey("a").WithModifiers(input.ModifierCtrl).WithCommands([]string{"selectAll"}),
		input.DispatchKeyEvent(input.KeyUp).WithKey("a").WithModifiers(input.ModifierCtrl))
	v.keys(text)
}

// add writes todos into the field above the list, as from the clipboard because
// not all characters have a key, and sends them.
func (v *visitor) add(titles ...string) {
	v.t.Helper()
	for _, title := range titles {
		v.press("textbox", "What is there to do?")
		v.do(input.InsertText(title))
		v.press("button", "Add")
		v.untilTrue(fmt.Sprintf("document.querySelector('li .title')?.textContent === %s", quoted(title)))
	}
}

func quoted(text string) string {
	literal, _ := json.Marshal(text) // a string never fails
	return string(literal)
}

// shows waits until the page says how many are left, and has these rows: "[ ] "
// or "[x] " and the title, and the text of the field where the title is edited.
func (v *visitor) shows(count string, rows ...string) {
	v.t.Helper()
	if rows == nil {
		rows = []string{}
	}
	untilEqual(v, append([]string{count}, rows...), `[document.getElementById('count')?.textContent,
		...[...document.querySelectorAll('#list li')].map((row) => (row.matches('.done') ? '[x] ' : '[ ] ') +
			(row.querySelector('.title')?.textContent ?? 'editing ' + row.querySelector('#title')?.value))]`)
}

// at waits until the address bar shows the path and query.
func (v *visitor) at(path string) {
	v.t.Helper()
	untilEqual(v, path, "location.pathname + location.search")
}

// value is what stands in a field.
func (v *visitor) value(role, name string) (standing string) {
	v.t.Helper()
	v.until("read the "+role+" "+name, func(ctx context.Context) (bool, error) {
		field, err := find(ctx, role, name)
		standing = field.Value.String()
		return true, err
	})
	return standing
}

// goBack and goForward are the browser's buttons. They wait for no page to be
// loaded, because the script loads none.
var (
	goBack    = step(-1)
	goForward = step(+1)
)

func step(by int64) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		current, entries, err := page.GetNavigationHistory().Do(ctx)
		if err != nil {
			return err
		}
		return page.NavigateToHistoryEntry(entries[current+by].ID).Do(ctx)
	})
}
