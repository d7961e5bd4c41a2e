package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTitlesAreTextAndNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, settings := range map[string][]chromedp.Action{"with script": nil, "without script": {withoutScript}} {
		v := s.newVisitor(t, settings...)
		v.open("/")
		titles := []string{
			`<script>document.title = 'run'</script>`, `"><img src="/missing" onerror="document.title = 'run'">`,
			`&lt;b&gt; &amp; ''`, "abc \u202Egnp.exe", "שלום עולם", "🧀 & 🍞",
		}
		v.add(titles...)
		slices.Reverse(titles)
		untilEqual(v, titles, "[...document.querySelectorAll('li .title')].map((title) => title.textContent)")
		assert.Empty(t, evaluate[[]string](v, "[...document.querySelectorAll('#list :is(script, img, b)')].map(String)"), name)
		for _, title := range titles {
			v.press("link", "Edit "+title)
			assert.Equal(t, title, v.value("textbox", "New text"), name)
			v.press("link", "Cancel")
			v.has("link", "Edit "+title)
		}
		assert.Equal(t, "Todos", evaluate[string](v, "document.title"), name)
		v.screenshot("titles")
	}
}

func TestALongListHasPagesToGoThrough(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.newVisitor(t)
	v.open("/")
	v.add("oldest")
	v.press("link", "Share and save link")
	link := v.link("Link for others")
	for i := range 50 { // not through nginx, which takes no more from one address
		answer, err := http.Post("http://"+s.slots[i%2]+link+"/todos", "application/json",
			strings.NewReader(fmt.Sprintf(`{"title": "todo %d"}`, i)))
		require.NoError(t, err)
		answer.Body.Close()
		require.Equal(t, http.StatusCreated, answer.StatusCode)
	}
	v.press("link", "Back to the list")
	v.untilTrue("document.querySelectorAll('li').length === 50")
	loaded := v.loaded()
	v.press("link", "Older")
	v.shows("51 of 51 left", "[ ] oldest")
	v.beginsAtTheTop()
	v.press("button", "Completed oldest")
	v.shows("50 of 51 left", "[x] oldest")
	v.do(goBack)
	v.untilTrue("document.querySelectorAll('li').length === 50")
	v.do(goForward)
	v.shows("50 of 51 left", "[x] oldest")
	v.press("link", "Newest")
	v.untilTrue("document.querySelector('li .title').textContent === 'todo 49'")
	v.beginsAtTheTop()
	v.at("/")
	assert.Equal(t, loaded, v.loaded(), "the pages of a list are not pages to load")
}

// beginsAtTheTop waits until another page of a list is read, by eye and by
// keyboard, from its first row.
func (v *visitor) beginsAtTheTop() {
	v.t.Helper()
	v.untilTrue(`document.activeElement === document.getElementById('list')`)
	v.untilTrue(`(() => {
		const row = document.querySelector('li').getBoundingClientRect();
		return row.top >= 0 && row.bottom <= innerHeight;
	})()`)
}
