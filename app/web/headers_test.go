package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	b := newSite(t).browser()
	b.add("here")
	for _, path := range []string{"/", "/share", b.share(), "/nowhere", "/static/style.css", "/healthz", "/l/unknown"} {
		header := b.get(path).Header
		assert.Equal(t, contentPolicy, header.Get("Content-Security-Policy"), path)
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "no-referrer", header.Get("Referrer-Policy"), path)
		assert.Equal(t, "same-origin", header.Get("Cross-Origin-Opener-Policy"), path)
	}
	assert.NotContains(t, contentPolicy, "unsafe")
	// What the policy forbids, the pages must not need.
	for _, path := range []string{"/", "/?edit=1", b.share(), "/nowhere", "/o/" + b.owner().String()} {
		assert.NotRegexp(t, `<script[^>]*>[^<]|<style|\sstyle=|\son[a-z]+=|https?:`, b.get(path).text, path)
	}
	assert.NotRegexp(t, `<script[^>]*>[^<]|<style|\sstyle=|\son[a-z]+=`, b.get("/share").text, "which shows whole links")
}

func TestAPageThatTheBrowserHasIsNotSentAgain(t *testing.T) {
	onEachStore(t, triesAPageThatTheBrowserHasIsNotSentAgain)
}

func triesAPageThatTheBrowserHasIsNotSentAgain(t *testing.T, s *site) {
	b, guest := s.browser(), s.browser()
	for _, visitor := range []*browser{b, guest} {
		page := visitor.get("/")
		tag := page.Header.Get("ETag")
		require.NotEmpty(t, tag)
		again := visitor.get("/", "If-None-Match", `"other", `+tag)
		assert.Equal(t, http.StatusNotModified, again.StatusCode)
		assert.Equal(t, tag, again.Header.Get("ETag"))
		assert.Empty(t, again.text)
	}
	seen := map[string]string{b.get("/").Header.Get("ETag"): "a stranger's"}
	is := func(what, path string) {
		t.Helper()
		page := b.get(path)
		assert.Equal(t, "private, no-cache", page.Header.Get("Cache-Control"))
		assert.Equal(t, "Cookie", page.Header.Get("Vary"))
		tag := page.Header.Get("ETag")
		assert.Empty(t, seen[tag], "%s is as %s", what, seen[tag])
		seen[tag] = what
		assert.Equal(t, http.StatusNotModified, b.get(path, "If-None-Match", strings.TrimPrefix(tag, "W/")).StatusCode, what)
	}
	b.add("one")
	is("one item", "/")
	is("its form", "/?edit=1")
	is("a filter", "/?show=active")
	is("as a guest", b.share())
	undo := b.back("/items/1/delete")
	is("deleted", "/")
	is("deleted, with the offer", undo)
	b.back("/undo", "undo", undoable(undo))
	// As at the beginning, but the browser's page of then holds a key that was used.
	is("brought back", "/")
	b.back("/items/1/toggle", "completed", "true")
	is("completed", "/")
	b.back("/items/1/toggle", "completed", "false")
	is("reopened", "/")
	assert.Equal(t, http.StatusOK, guest.get("/", "If-None-Match", b.get("/").Header.Get("ETag")).StatusCode, "another list")
}

func TestStaticFilesAreKeptForGood(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	page := b.get("/").text + b.get("/share").text
	names := []string{"icon.svg", "site.webmanifest", "style.css", "script.js", "copy.js", "touch.png"}
	for _, name := range names {
		stem, extension, _ := strings.Cut(name, ".")
		_, rest, found := strings.Cut(page, `"/static/`+stem+`.`)
		require.True(t, found, name)
		hash, _, _ := strings.Cut(rest, ".")
		address := "/static/" + stem + "." + hash + "." + extension

		plain := b.get(address, "Accept-Encoding", "identity")
		require.Equal(t, http.StatusOK, plain.StatusCode, address)
		assert.Equal(t, "public, max-age=31536000, immutable", plain.Header.Get("Cache-Control"))
		assert.Equal(t, "Accept-Encoding", plain.Header.Get("Vary"))
		assert.Equal(t, contentTypes["."+extension], plain.Header.Get("Content-Type"))
		assert.Empty(t, plain.Header.Get("Content-Encoding"))
		assert.Equal(t, http.StatusNotModified, b.get(address, "Accept-Encoding", "identity", "If-None-Match", plain.Header.Get("ETag")).StatusCode)

		packed := b.get(address, "Accept-Encoding", "br, gzip;q=0.5") // set by hand, so Go leaves the answer as it is
		if len(plain.text) > 500 && extension != "png" {
			assert.Equal(t, "gzip", packed.Header.Get("Content-Encoding"), address)
			assert.Less(t, len(packed.text), len(plain.text)*6/10)
			assert.NotEqual(t, plain.Header.Get("ETag"), packed.Header.Get("ETag"))
			unpacked := b.get(address) // Go asks for gzip and unpacks it
			assert.Equal(t, plain.text, unpacked.text)
		}
		assert.Equal(t, "", b.get(address, "Accept-Encoding", "gzip;q=0").Header.Get("Content-Encoding"))

		// The other release, or somebody who has no hash at hand.
		for _, other := range []string{"/static/" + name, "/static/" + stem + ".0123456789abcdef." + extension} {
			answer := b.get(other)
			assert.Equal(t, http.StatusOK, answer.StatusCode, other)
			assert.Equal(t, "no-cache", answer.Header.Get("Cache-Control"), "not for good: it may be another one tomorrow")
		}
	}
	robots := b.get("/robots.txt").text
	assert.Contains(t, robots, "User-agent: *")
	assert.NotContains(t, robots, "Disallow: /l/", "or nobody sees the X-Robots-Tag")
	assert.Equal(t, "image/svg+xml", b.get("/favicon.ico").Header.Get("Content-Type"))
	script := b.get("/static/script.js", "Accept-Encoding", "identity").text
	assert.Less(t, len(script), 9000)
	assert.NotContains(t, script, "innerHTML")
	for _, name := range []string{"script.js", "copy.js", "style.css"} {
		assert.NotContains(t, b.get("/static/"+name, "Accept-Encoding", "identity").text, "//www", "no external requests")
		assert.NotContains(t, b.get("/static/"+name, "Accept-Encoding", "identity").text, "http")
	}
}
