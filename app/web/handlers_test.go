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

func TestATodoIsAddedCompletedReopenedAndDeleted(t *testing.T) {
	s := newSite(t)
	back := func(path string, pairs ...string) {
		t.Helper()
		w := s.post(path, pairs...)
		require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
		require.Equal(t, "/", w.Header().Get("Location"))
	}
	assert.Contains(t, s.get("/").Body.String(), "Nothing to do.")

	back("/add", "todo", "  water the plants ")
	items := s.items()
	require.Len(t, items, 1)
	assert.Equal(t, todo.Title("water the plants"), items[0].Title)
	assert.Contains(t, s.get("/").Body.String(), ">water the plants</span>")
	assert.Contains(t, s.get("/").Body.String(), "1 of 1 to do")

	complete := fmt.Sprintf("/complete/%d", items[0].ID)
	back(complete, "done", "true")
	assert.True(t, s.items()[0].Done)
	assert.Contains(t, s.get("/").Body.String(), `<li class="done">`)
	back(complete, "done", "true") // a double click
	assert.True(t, s.items()[0].Done)
	back(complete, "done", "false")
	assert.False(t, s.items()[0].Done)
	back(complete) // without a wanted state, as from a command line
	assert.True(t, s.items()[0].Done)

	remove := fmt.Sprintf("/delete/%d", items[0].ID)
	back(remove)
	assert.Empty(t, s.items())
	back(remove) // gone already: what was asked for
}

func TestRefusedTitlesStoreNothingAndKeepWhatWasTyped(t *testing.T) {
	s := newSite(t)
	s.add("already here")
	long := strings.Repeat("x", todo.MaxTitle+1)
	for input, message := range map[string]string{
		"":                  "Write what there is to do.",
		"   ":               "Write what there is to do.",
		long:                "This has 501 characters; at most 500 fit.",
		"a\x00b":            "The character U&#43;0000 cannot be part of a title.",
		`"><b>quote` + long: "This has 511 characters; at most 500 fit.",
	} {
		w := s.post("/add", "todo", input)
		assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
		page := w.Body.String()
		assert.Contains(t, page, `<p id="refusal" class="refusal" role="alert">`+message+`</p>`)
		assert.Contains(t, page, `aria-invalid="true" aria-describedby="refusal"`)
		assert.Contains(t, page, "already here", "the list is still there")
		assert.NotContains(t, page, "<b>quote")
	}
	assert.Contains(t, s.post("/add", "todo", long).Body.String(), `value="`+long+`"`)
	assert.Equal(t, http.StatusUnprocessableEntity, s.post("/add").Code, "a form without the field")
	assert.Len(t, s.items(), 1)
}

func TestTitlesAreTextWhateverTheyLookLike(t *testing.T) {
	s := newSite(t)
	for _, title := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `{{.}} &amp; 'x'`} {
		require.Equal(t, http.StatusSeeOther, s.post("/add", "todo", title).Code)
	}
	page := s.get("/").Body.String()
	assert.NotContains(t, page, "<script")
	assert.NotContains(t, page, "<img")
	assert.Contains(t, page, `&lt;script&gt;alert(1)&lt;/script&gt;</span>`)
	assert.Contains(t, page, `aria-label="Delete: &#34;&gt;&lt;img src=x onerror=alert(1)&gt;"`)
	assert.Contains(t, page, `{{.}} &amp;amp; &#39;x&#39;</span>`)
}

func TestTheWholePage(t *testing.T) {
	s := newSite(t)
	s.add("<first & oldest>", "שלום עולם", "third")
	require.NoError(t, s.store.SetDone(t.Context(), 2, true))
	golden(t, "list.html", s.get("/").Body.String())
	golden(t, "refused.html", s.post("/add", "todo", " ").Body.String())
	r := form("/complete/77", "done", "true")
	r.Header.Set("X-Request-Id", "golden-request")
	golden(t, "missing.html", s.do(r).Body.String())
}

func TestALongListShowsItsNewestPart(t *testing.T) {
	s := newSite(t)
	s.sql(fmt.Sprintf("insert into items (title) select 'item ' || n from generate_series(1, %d) n", listLimit+2))
	page := s.get("/").Body.String()
	assert.Equal(t, listLimit, strings.Count(page, "<li>"))
	assert.Contains(t, page, ">item 502</span>")
	assert.NotContains(t, page, ">item 2</span>")
	assert.Contains(t, page, "2 older ones are not shown.")
}

func TestUnknownItemsAndAddresses(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/complete/1", "/complete/-", "/complete/99999999999999999999", "/delete/x"} {
		assert.Equal(t, http.StatusNotFound, s.post(path).Code, path)
	}
	for _, path := range []string{"/nowhere", "/add/", "/static/", "/static/nowhere.css", "/static/..%2fstatic.go", "//nowhere", "/add/../nowhere"} {
		w := s.get(path)
		assert.Equal(t, http.StatusNotFound, w.Code, path)
		assert.Contains(t, w.Body.String(), "There is nothing here", path)
	}
	w := s.get("/add")
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
	assert.Equal(t, "POST", w.Header().Get("Allow"))
	assert.Contains(t, w.Body.String(), "That cannot be done here")
}

func TestStaticFilesAreRevalidatedByContent(t *testing.T) {
	s := newSite(t)
	w := s.get("/static/style.css")
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "text/css; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Contains(t, w.Body.String(), "prefers-color-scheme: dark")
	r := form("/static/style.css")
	r.Method = "GET"
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	assert.Equal(t, http.StatusNotModified, s.do(r).Code)
	assert.Equal(t, "image/svg+xml", s.get("/static/icon.svg").Header().Get("Content-Type"))
}
