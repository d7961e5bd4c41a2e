package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

func TestATodoIsAddedCompletedReopenedEditedAndDeleted(t *testing.T) {
	onEachStore(t, triesATodoIsAddedCompletedReopenedEditedAndDeleted)
}

func triesATodoIsAddedCompletedReopenedEditedAndDeleted(t *testing.T, s *site) {
	b := s.browser()
	assert.Contains(t, b.get("/").text, "Nothing to do.")

	assert.Equal(t, "/", b.back("/add", "todo", "  water the plants "))
	item := b.items()[0]
	assert.Equal(t, todo.Title("water the plants"), item.Title)
	assert.Contains(t, b.get("/").text, ">water the plants</bdi>")
	assert.Contains(t, b.get("/").text, "<strong>1</strong> of 1 left")

	at, fragment := fmt.Sprintf("/items/%d", item.ID), fmt.Sprintf("/#item-%d", item.ID)
	assert.Equal(t, fragment, b.back(at+"/toggle", "completed", "true"))
	assert.True(t, b.items()[0].Completed)
	assert.Contains(t, b.get("/").text, `<li class="done" id="item-`)
	b.back(at+"/toggle", "completed", "true") // a double click
	assert.True(t, b.items()[0].Completed)
	b.back(at+"/toggle", "completed", "false")
	assert.False(t, b.items()[0].Completed)

	form := b.get(fmt.Sprintf("/?edit=%d", item.ID)).text
	assert.Contains(t, form, fmt.Sprintf(`<form method="post" action="/items/%d/edit" class="editing">`, item.ID))
	assert.Contains(t, form, `name="title" type="text" autocomplete="off" enterkeyhint="done" value="water the plants" autofocus>`)
	assert.Equal(t, fragment, b.back(at+"/edit", "title", "water the garden"))
	assert.Equal(t, todo.Title("water the garden"), b.items()[0].Title)

	undo := b.back(at + "/delete")
	assert.True(t, strings.HasSuffix(undo, "#undo"), "keyboards go on at what can be taken back")
	assert.Empty(t, b.items())
	page := b.get(undo).text
	assert.Contains(t, page, "1 deleted.")
	_, value, _ := strings.Cut(page, `name="undo" value="`)
	value, _, _ = strings.Cut(value, `"`)
	assert.Equal(t, "/", b.back("/undo", "undo", value))
	assert.Equal(t, todo.Title("water the garden"), b.items()[0].Title)
	assert.NotContains(t, b.get(undo).text, "1 deleted.", "there is nothing to take back any more")
}

func TestAllAreCompletedClearedAndBroughtBack(t *testing.T) {
	onEachStore(t, triesAllAreCompletedClearedAndBroughtBack)
}

func triesAllAreCompletedClearedAndBroughtBack(t *testing.T, s *site) {
	b := s.browser()
	b.add("one", "two", "three")
	assert.Contains(t, b.get("/").text, ">Complete all</button>")
	b.back("/toggle-all", "completed", "true")
	page := b.get("/").text
	assert.Contains(t, page, "<strong>0</strong> of 3 left")
	assert.Contains(t, page, ">Reopen all</button>")
	assert.Contains(t, page, "Clear completed (3)")
	undo := b.back("/clear-completed")
	assert.Empty(t, b.items())
	assert.Contains(t, b.get(undo).text, "3 deleted.")
	b.back("/undo", "undo", undoable(undo))
	assert.Len(t, b.items(), 3)
	b.back("/toggle-all", "completed", "false")
	assert.Contains(t, b.get("/").text, "<strong>3</strong> of 3 left")
}

func TestFiltersStayWhereTheyAre(t *testing.T) { onEachStore(t, triesFiltersStayWhereTheyAre) }

func triesFiltersStayWhereTheyAre(t *testing.T, s *site) {
	b := s.browser()
	b.add("open", "completed")
	id := b.items()[0].ID
	assert.Equal(t, fmt.Sprintf("/?show=active#item-%d", id), b.back(fmt.Sprintf("/items/%d/toggle?show=active", id), "completed", "true"))

	active, completed := b.get("/?show=active").text, b.get("/?show=completed").text
	assert.Contains(t, active, ">open</bdi>")
	assert.NotContains(t, active, ">completed</bdi>")
	assert.Contains(t, active, `href="/?show=active" aria-current="page">Active</a>`)
	assert.Contains(t, active, `/toggle?show=active">`)
	assert.Contains(t, completed, ">completed</bdi>")
	assert.NotContains(t, completed, ">open</bdi>")

	assert.Equal(t, "/?show=active", b.back("/add?show=active", "todo", "another"))
	assert.Equal(t, "/", b.back("/add?show=completed", "todo", "another"), "where it is to be seen")
	b.back("/toggle-all", "completed", "true")
	assert.Contains(t, b.get("/?show=active").text, "Nothing left to do.")
	b.back("/toggle-all", "completed", "false")
	assert.Contains(t, b.get("/?show=completed").text, "Nothing completed yet.")
	assert.Equal(t, http.StatusOK, b.get("/?utm_source=somewhere").StatusCode)
	assert.Contains(t, b.get("/?show=all").text, `href="/" aria-current="page">All</a>`)
	for _, nonsense := range []string{"?show=bogus", "?before=x", "?before=1", "?edit=x", "?show=%zz", "?undo=%00"} {
		assert.Equal(t, http.StatusNotFound, b.get("/"+nonsense).StatusCode, nonsense)
	}
}

func TestALongListHasPages(t *testing.T) { onEachStore(t, triesALongListHasPages) }

func triesALongListHasPages(t *testing.T, s *site) {
	b := s.browser()
	for n := range pageSize + 2 {
		b.add(fmt.Sprintf("item %d", n))
	}
	first := b.get("/").text
	assert.Equal(t, pageSize, strings.Count(first, "<li "))
	assert.Contains(t, first, ">item 51</bdi>")
	assert.NotContains(t, first, ">item 1</bdi>")
	assert.Contains(t, first, `<a id="older" rel="next" href="/?before=3.3">Older</a>`)
	second := b.get("/?before=3.3").text
	assert.Equal(t, 2, strings.Count(second, "<li "))
	assert.Contains(t, second, ">item 1</bdi>")
	assert.Contains(t, second, `<a id="newest" href="/">Newest</a>`)
	assert.Contains(t, second, `action="/items/1/toggle?before=3.3"`)
	assert.Contains(t, b.get("/?before=1.1").text, "Nothing older.")
}

func TestTheWholePage(t *testing.T) {
	b := newSite(t).browser()
	golden(t, "empty.html", steady(b.get("/")))
	b.add("<first & oldest>", "שלום עולם", "third")
	b.back("/items/2/toggle", "completed", "true")
	golden(t, "list.html", steady(b.get("/")))
	golden(t, "edit.html", steady(b.get("/?edit=2&show=completed")))
	golden(t, "refused.html", steady(b.post("/add", "todo", " ")))
	golden(t, "missing.html", steady(b.do("POST", "/items/77/toggle", "completed=true", "X-Request-Id", "golden-request")))
}

// steady is a page without what is another thing every time.
func steady(page reply) string {
	text := keyInPage.ReplaceAllString(page.text, `name="key" value="KEY"`)
	return hashInName.ReplaceAllString(text, "$1.HASH.$2")
}

func TestThePageOfAStrangerIsMadeWithoutTheStore(t *testing.T) {
	s := newSite(t)
	s.memory.err = todo.ErrUnavailable
	assert.Equal(t, http.StatusOK, s.browser().get("/").StatusCode)
	require.Equal(t, http.StatusOK, s.browser().get("/share").StatusCode)
}
