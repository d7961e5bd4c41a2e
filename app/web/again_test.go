package web

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// The Back button or another tab has a page whose key was used. Its forms do
// what they say all the same.
func TestFormsOfAnOldPageDoWhatTheySay(t *testing.T) {
	onEachStore(t, triesFormsOfAnOldPageDoWhatTheySay)
}

func triesFormsOfAnOldPageDoWhatTheySay(t *testing.T, s *site) {
	b := s.browser()
	b.add("milk", "bread")
	old := b.get("/").key(t)
	at := fmt.Sprintf("/items/%d", b.items()[0].ID)
	completed := func() (n int) {
		for _, item := range b.items() {
			if item.Completed {
				n++
			}
		}
		return n
	}
	undo := func(page string) {
		t.Helper()
		require.Contains(t, b.get(page).text, " deleted.")
		b.back("/undo", "undo", undoable(page), "key", old)
	}
	for time := range 3 {
		b.back(at+"/toggle", "completed", "true", "key", old)
		assert.Equal(t, 1, completed(), time)
		b.back(at+"/toggle", "completed", "false", "key", old)
		assert.Equal(t, 0, completed(), time)

		b.back("/toggle-all", "completed", "true", "key", old)
		assert.Equal(t, 2, completed(), time)
		b.back("/toggle-all", "completed", "false", "key", old)
		assert.Equal(t, 0, completed(), time)

		for _, title := range []todo.Title{"rolls", "bread"} {
			b.back(at+"/edit", "title", string(title), "key", old)
			assert.Equal(t, title, b.items()[0].Title, time)
		}

		deleted := b.back(at+"/delete", "key", old)
		assert.Len(t, b.items(), 1, time)
		undo(deleted)
		assert.Len(t, b.items(), 2, time)

		b.back(at+"/toggle", "completed", "true", "key", old)
		cleared := b.back("/clear-completed", "key", old)
		assert.Len(t, b.items(), 1, time)
		undo(cleared)
		assert.Len(t, b.items(), 2, time)
		b.back(at+"/toggle", "completed", "false", "key", old)

		before := b.share()
		b.back("/share", "key", old)
		assert.NotEqual(t, before, b.share(), time)
	}
	// What is added comes again when it is no longer there to be done.
	b.back("/add", "todo", "eggs", "key", old)
	require.Len(t, b.items(), 3)
	b.back(fmt.Sprintf("/items/%d/toggle", b.items()[0].ID), "completed", "true")
	b.back("/add", "todo", "eggs", "key", old)
	require.Len(t, b.items(), 4)
	b.back(fmt.Sprintf("/items/%d/edit", b.items()[0].ID), "title", "six eggs")
	b.back("/add", "todo", "eggs", "key", old)
	require.Len(t, b.items(), 5)
	b.back(fmt.Sprintf("/items/%d/delete", b.items()[0].ID))
	b.back("/add", "todo", "eggs", "key", old)
	assert.Len(t, b.items(), 5)
}

func TestADoubleClickDoesItOnce(t *testing.T) { onEachStore(t, triesADoubleClickDoesItOnce) }

func triesADoubleClickDoesItOnce(t *testing.T, s *site) {
	b := s.browser()
	b.add("milk", "bread")
	twice := func(path string, pairs ...string) (lastAnswer string) {
		t.Helper()
		pairs = append(pairs, "key", b.get("/").key(t))
		b.back(path, pairs...)
		return b.back(path, pairs...)
	}
	twice("/add", "todo", "eggs")
	require.Len(t, b.items(), 3)

	// The browser shows the second answer alone, so that must offer to undo the first.
	page := b.get(twice(fmt.Sprintf("/items/%d/delete", b.items()[0].ID)))
	assert.Contains(t, page.text, "1 deleted.")
	assert.Len(t, b.items(), 2)
	twice("/toggle-all", "completed", "true")
	page = b.get(twice("/clear-completed"))
	assert.Contains(t, page.text, "2 deleted.")
	assert.Empty(t, b.items())
}

func TestNoUndoIsOfferedForWhatSomebodyElseDeleted(t *testing.T) {
	onEachStore(t, func(t *testing.T, s *site) {
		b, other := s.browser(), s.browser()
		b.add("milk")
		at := fmt.Sprintf("/items/%d/delete", b.items()[0].ID)
		old := b.get("/").key(t)
		other.back(b.share() + at)
		assert.Equal(t, http.StatusNotFound, b.post(at, "key", old).StatusCode)
		page := b.get(b.back(at, "key", old))
		assert.Equal(t, http.StatusOK, page.StatusCode)
		assert.NotContains(t, page.text, " deleted.")
	})
}

// nginx sends a request to the other slot when the first one gave no answer,
// with the same id.
func TestARequestThatTheProxySendsAgainChangesNothing(t *testing.T) {
	onEachStore(t, triesARequestThatTheProxySendsAgainChangesNothing)
}

func triesARequestThatTheProxySendsAgainChangesNothing(t *testing.T, s *site) {
	b := s.browser()
	b.add("milk", "bread", "eggs")
	version := func() int64 {
		page, err := s.store.Page(t.Context(), todo.Access{Token: b.owner(), Owner: true}, todo.Query{Limit: 1})
		require.NoError(t, err)
		return page.Version
	}
	old := b.get("/").key(t)
	at := fmt.Sprintf("/items/%d", b.items()[0].ID)
	number := 0
	for range 2 { // from a page, and from the same page again
		deleted := ""
		for _, form := range []struct{ path, body string }{
			{"/add", "todo=cheese"},
			{at + "/toggle", "completed=true"},
			{at + "/edit", "title=six+eggs"},
			{at + "/delete", ""},
			{"/undo", ""},
			{"/clear-completed", ""},
			{"/undo", ""},
			{"/toggle-all", "completed=true"},
			{"/toggle-all", "completed=false"},
			{"/share", ""},
		} {
			number++
			body := form.body + "&key=" + old
			if form.path == "/undo" {
				body = "undo=" + deleted
			}
			send := func() reply {
				return b.do("POST", form.path, body, "X-Request-Id", fmt.Sprintf("request-%d", number))
			}
			first := send()
			require.Equal(t, http.StatusSeeOther, first.StatusCode, form.path)
			location := first.Header.Get("Location")
			if key := undoable(location); key != "" {
				deleted = key
			}
			then := version()
			assert.Equal(t, location, send().Header.Get("Location"), form.path)
			assert.Equal(t, then, version(), form.path)
		}
	}
	assert.Len(t, b.items(), 4)
}

// The list that a form made once may be forgotten while a browser has the page.
func TestAStrangersOldPageMakesAList(t *testing.T) {
	s := newSite(t)
	stranger := s.browser()
	old := stranger.get("/").key(t)
	stranger.back("/add", "todo", "milk", "key", old)
	for key := range s.memory.lists[0].answers {
		s.memory.lists[0].answers[key] = answered{request: "of yesterday"}
	}
	later := s.browser()
	later.back("/add", "todo", "milk", "key", old)
	assert.NotEqual(t, stranger.owner(), later.owner())
	assert.Len(t, later.items(), 1)
}
