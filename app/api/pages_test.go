package api

import (
	"net/http"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var nextLink = regexp.MustCompile(`^<(.*)>; rel="next"$`)

// follow reads a list page by page.
func (s *server) follow(address string) (all []representation, pages int) {
	s.t.Helper()
	for address != "" {
		answered := s.get(address)
		require.Equal(s.t, http.StatusOK, answered.StatusCode, answered.text)
		all = append(all, decoded[[]representation](s.t, answered)...)
		pages++
		address = ""
		if link := answered.Header.Get("Link"); link != "" {
			require.Regexp(s.t, nextLink, link)
			address = nextLink.FindStringSubmatch(link)[1]
		}
	}
	return all, pages
}

func TestListsComeInPagesFromTheTop(t *testing.T) {
	s := newServer(t)
	var titles string
	for i, order := range []string{"5", "-3", "5", "0", "9", "5"} {
		s.add(`{"title":"` + strconv.Itoa(i) + `","order":` + order + `}`)
	}
	for _, todo := range s.list() {
		titles += string(todo.Title)
	}
	assert.Equal(t, "452031", titles, "the highest order first, of equal ones the newest")
	for limit, pages := range map[string]int{"1": 6, "2": 3, "4": 2, "6": 1, "1000": 1} {
		all, n := s.follow(s.todos + "?limit=" + limit)
		assert.Equal(t, s.list(), all)
		assert.Equal(t, pages, n)
	}
}

func TestNoAnswerHasMoreThanAThousand(t *testing.T) {
	s := newServer(t)
	s.add(`{"title":"on top","order":100000}`)
	s.sql(`insert into todos (list, title, position) select id, 'many', n from lists, generate_series(1, 2500) n`)
	assert.Len(t, s.list(), 1000)
	all, pages := s.follow(s.todos)
	assert.Len(t, all, 2501)
	assert.Equal(t, 3, pages)
	seen := map[string]bool{}
	for _, todo := range all {
		seen[todo.URL] = true
	}
	assert.Len(t, seen, 2501)
}

func TestAnswersAreRevalidated(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	for _, address := range []string{s.todos, item.URL} {
		first := s.get(address)
		tag := first.Header.Get("ETag")
		assert.Equal(t, "private, no-cache", first.Header.Get("Cache-Control"))
		for _, header := range []string{tag, tag[2:], `"other", ` + tag, "*"} {
			again := s.do("GET", address, "", "If-None-Match", header)
			assert.Equal(t, http.StatusNotModified, again.StatusCode, header)
			assert.Equal(t, tag, again.Header.Get("ETag"))
		}
		head := s.do("HEAD", address, "")
		assert.Equal(t, http.StatusOK, head.StatusCode)
		assert.Equal(t, first.Header.Get("ETag"), head.Header.Get("ETag"))
		assert.Equal(t, first.ContentLength, head.ContentLength)

		s.do("PATCH", item.URL, `{"title":"changed `+strconv.Itoa(len(address))+`"}`)
		changed := s.do("GET", address, "", "If-None-Match", tag)
		assert.Equal(t, http.StatusOK, changed.StatusCode)
		assert.NotEqual(t, tag, changed.Header.Get("ETag"))
	}
	assert.Equal(t, http.StatusOK, s.do("PATCH", item.URL, `{}`, "If-None-Match", "*").StatusCode, "about reading only")
}
