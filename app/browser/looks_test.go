package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// phone is 320 pixels wide: the narrowest that WCAG 1.4.10 asks for, an old phone
// or a desktop at 400 %.
var phone = emulation.SetDeviceMetricsOverride(320, 640, 2, true)

func TestEveryPageOnEveryScreen(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string][]chromedp.Action{
		"light":      {prefers("color-scheme", "light")},
		"dark":       {prefers("color-scheme", "dark")},
		"phone":      {prefers("color-scheme", "light"), phone},
		"phone-dark": {prefers("color-scheme", "dark"), phone},
	} {
		t.Run(name, func(t *testing.T) {
			v := newSite(t).newVisitor(t, settings...)
			v.pages(func(page string) {
				v.screenshot(page + "-" + name)
				v.assertTheme(page, strings.HasSuffix(name, "dark"))
				v.assertContrast(page)
				v.assertTargets(page)
				v.assertNames(page)
				assert.LessOrEqual(t, evaluate[int](v, "document.documentElement.scrollWidth"),
					evaluate[int](v, "document.documentElement.clientWidth"), "%s scrolls sideways", page)
			})
		})
	}
}

// pages goes to the pages that there are, and looks at each.
func (v *visitor) pages(look func(page string)) {
	v.t.Helper()
	v.open("/")
	v.shows(nothing)
	look("empty")
	v.add("Buy milk, bread, a cake for Sunday and whatever else is missing in the kitchen", "Old news",
		"https://example.com/"+strings.Repeat("long", 30), "Water the plants", "Return the books")
	v.press("button", "Completed Water the plants")
	v.has("button", "Clear completed (1)")
	look("list")
	v.press("button", "Delete Old news")
	v.has("button", "Undo")
	look("deleted")
	v.press("link", "Edit Return the books")
	v.has("textbox", "New text")
	look("editing")
	v.expectFailure("/")
	v.press("textbox", "New text")
	v.replace(" ")
	v.press("button", "Save")
	v.untilTrue("document.getElementById('refusal') !== null")
	look("refused")
	v.open("/share")
	look("share")
	v.open(v.link("Link for yourself"))
	look("recover")
	v.open("/missing")
	look("error-404")
	v.open("/readyz")
	look("error-404-nginx")
}

func (v *visitor) assertTheme(page string, dark bool) {
	v.t.Helper()
	// The brightness of the page's background, from 0 to 255.
	background := evaluate[int](v, `Math.max(...getComputedStyle(document.body).backgroundColor.match(/\d+/g).slice(0, 3))`)
	if dark {
		assert.Less(v.t, background, 64, page)
	} else {
		assert.Greater(v.t, background, 192, page)
	}
}

// assertContrast is WCAG 1.4.3 as the browser shows it, for text of every size.
func (v *visitor) assertContrast(page string) {
	v.t.Helper()
	assert.Empty(v.t, evaluate[[]string](v, `(() => {
		const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
		const luminance = (colour) => channels(colour).slice(0, 3).map((c) => c / 255)
			.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
			.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
		const behind = (element) => {
			for (let at = element; at; at = at.parentElement) {
				const colour = getComputedStyle(at).backgroundColor;
				if (channels(colour)[3] !== 0) return colour;
			}
			return 'rgb(255, 255, 255)';
		};
		const low = [];
		const text = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		const elements = [...document.querySelectorAll('input:not([type=hidden])')];
		while (text.nextNode()) if (text.currentNode.data.trim()) elements.push(text.currentNode.parentElement);
		for (const element of elements) {
			const [dark, light] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((a, b) => a - b);
			const ratio = (light + 0.05) / (dark + 0.05);
			if (ratio < 4.5) low.push(ratio.toFixed(2) + ' ' + element.outerHTML.slice(0, 80));
		}
		return low;
	})()`), page)
}

// assertTargets is WCAG 2.5.8: what is pressed is 24 pixels wide and high, but
// for links within a sentence.
func (v *visitor) assertTargets(page string) {
	v.t.Helper()
	assert.Empty(v.t, evaluate[[]string](v, `(() => {
		const inSentence = (link) => link.matches('p > a') && link.parentElement.textContent.trim() !== link.textContent.trim();
		return [...document.querySelectorAll('a, button, input:not([type=hidden])')].filter((target) => !inSentence(target))
			.map((target) => [target, target.getBoundingClientRect()])
			.filter(([, box]) => box.width < 24 || box.height < 24)
			.map(([target, box]) => box.width + '×' + box.height + ' ' + target.outerHTML.slice(0, 80));
	})()`), page)
}

// assertNames wants a name for everything that can be operated, another one for
// each, one heading of the first rank and the landmark of the content.
func (v *visitor) assertNames(page string) {
	v.t.Helper()
	var names, headings []string
	landmarks := 0
	for _, node := range v.whole() {
		switch node.Role.String() {
		case "button", "link", "textbox":
			require.NotEmpty(v.t, node.Name.String(), "%s: a %s has no name", page, node.Role)
			names = append(names, node.String())
		case "checkbox", "combobox", "listbox", "searchbox":
			assert.NotEqual(v.t, "true", node.is("focusable"), "%s: %s can be operated", page, node)
		case "heading":
			if node.is("level") == "1" {
				headings = append(headings, node.Name.String())
			}
		case "main":
			landmarks++
		}
	}
	slices.Sort(names)
	assert.Equal(v.t, slices.Compact(slices.Clone(names)), names, "%s: two have the same name", page)
	assert.Len(v.t, headings, 1, page)
	assert.Equal(v.t, 1, landmarks, page)
	assert.Equal(v.t, "en", evaluate[string](v, "document.documentElement.lang"), page)
	assert.NotEmpty(v.t, evaluate[string](v, "document.title"), page)
}

func TestNothingMovesForThoseWhoWantItSo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for preference, moves := range map[string]bool{"no-preference": true, "reduce": false} {
		v := s.newVisitor(t, prefers("reduced-motion", preference))
		v.open("/")
		v.add("Milk")
		moving := evaluate[bool](v, `[...document.querySelectorAll('*')].some((element) => {
			const style = getComputedStyle(element);
			return parseFloat(style.transitionDuration) > 0 || style.animationName !== 'none' || style.scrollBehavior === 'smooth';
		})`)
		assert.Equal(t, moves, moving, preference)
	}
}
