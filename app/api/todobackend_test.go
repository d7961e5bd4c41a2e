package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// What the Todo-Backend specification asks for, in its order. Each case begins
// with an empty list.
func TestTodoBackend(t *testing.T) {
	patch := func(s *server, url, body string) representation {
		answered := s.do("PATCH", url, body)
		require.Equal(s.t, http.StatusOK, answered.StatusCode, answered.text)
		return decoded[representation](s.t, answered)
	}
	fetch := func(s *server, url string) representation { return decoded[representation](s.t, s.get(url)) }
	for _, spec := range []struct {
		it string
		do func(t *testing.T, s *server)
	}{
		{"answers GET of the root, also to other origins", func(t *testing.T, s *server) {
			answered := s.do("GET", s.todos, "", "Origin", "https://todobackend.com")
			assert.Equal(t, http.StatusOK, answered.StatusCode)
			assert.Equal(t, "*", answered.Header.Get("Access-Control-Allow-Origin"))
		}},
		{"answers POST with the todo", func(t *testing.T, s *server) {
			assert.EqualValues(t, "a todo", s.add(`{"title":"a todo"}`).Title)
		}},
		{"has an empty array after DELETE of the root", func(t *testing.T, s *server) {
			s.add(`{"title":"one"}`)
			s.add(`{"title":"two"}`)
			assert.Equal(t, http.StatusNoContent, s.do("DELETE", s.todos, "").StatusCode)
			assert.Equal(t, "[]", s.get(s.todos).text)
		}},
		{"adds a new todo to the list", func(t *testing.T, s *server) {
			added := s.add(`{"title":"walk the dog"}`)
			assert.Equal(t, []representation{added}, s.list())
		}},
		{"begins a todo as not completed", func(t *testing.T, s *server) {
			assert.False(t, s.add(`{"title":"blah"}`).Completed)
			assert.False(t, s.list()[0].Completed)
			assert.Contains(t, s.get(s.todos).text, `"completed":false`)
		}},
		{"takes a todo that is completed already", func(t *testing.T, s *server) {
			assert.True(t, s.add(`{"title":"blah","completed":true}`).Completed)
		}},
		{"gives each todo an absolute url that returns it", func(t *testing.T, s *server) {
			added := s.add(`{"title":"my todo"}`)
			assert.Regexp(t, `^`+s.todos+`/[0-9]+$`, added.URL)
			assert.Equal(t, added.URL, s.list()[0].URL)
			assert.Equal(t, added, fetch(s, added.URL))
		}},
		{"leads from the list to each todo", func(t *testing.T, s *server) {
			s.add(`{"title":"the first"}`)
			s.add(`{"title":"the second"}`)
			all := s.list()
			require.Len(t, all, 2)
			for _, one := range all {
				assert.Equal(t, one, fetch(s, one.URL))
			}
		}},
		{"changes the title", func(t *testing.T, s *server) {
			url := s.add(`{"title":"initial title"}`).URL
			assert.EqualValues(t, "bathe the cat", patch(s, url, `{"title":"bathe the cat"}`).Title)
		}},
		{"changes whether it is completed", func(t *testing.T, s *server) {
			url := s.add(`{"title":"blah"}`).URL
			assert.True(t, patch(s, url, `{"completed":true}`).Completed)
			assert.False(t, patch(s, url, `{"completed":false}`).Completed)
		}},
		{"keeps what was changed", func(t *testing.T, s *server) {
			added := s.add(`{"title":"blah","order":7}`)
			changed := patch(s, added.URL, `{"title":"changed title","completed":true}`)
			assert.Equal(t, representation{added.URL, "changed title", true, 7}, changed)
			assert.Equal(t, changed, fetch(s, added.URL))
			assert.Equal(t, []representation{changed}, s.list())
		}},
		{"deletes one todo", func(t *testing.T, s *server) {
			kept, gone := s.add(`{"title":"stays"}`), s.add(`{"title":"goes"}`)
			assert.Equal(t, http.StatusNoContent, s.do("DELETE", gone.URL, "").StatusCode)
			assert.Equal(t, []representation{kept}, s.list())
			assert.Equal(t, http.StatusNotFound, s.get(gone.URL).StatusCode)
			assert.Equal(t, http.StatusNotFound, s.do("DELETE", gone.URL, "").StatusCode)
		}},
		{"takes an order", func(t *testing.T, s *server) {
			assert.EqualValues(t, 523, s.add(`{"title":"blah","order":523}`).Order)
		}},
		{"changes the order and keeps it", func(t *testing.T, s *server) {
			url := s.add(`{"title":"blah","order":10}`).URL
			assert.EqualValues(t, 95, patch(s, url, `{"order":95}`).Order)
			assert.EqualValues(t, 95, fetch(s, url).Order)
		}},
		{"takes a todo back as it gave it", func(t *testing.T, s *server) {
			added := s.add(`{"title":"blah"}`)
			assert.Equal(t, added, patch(s, added.URL, s.get(added.URL).text))
			assert.Equal(t, added, patch(s, added.URL, `{}`))
		}},
	} {
		t.Run(spec.it, func(t *testing.T) { spec.do(t, newServer(t)) })
	}
}

// The numbers end somewhere: what is put above the last stands there as well,
// and can be sent as it was read.
func TestATodoAboveTheHighestOrderIsTakenBack(t *testing.T) {
	s := newServer(t)
	var want []representation
	for _, body := range []string{
		`{"title":"below","order":9007199254740990}`, `{"title":"highest"}`, `{"title":"above"}`, `{"title":"on top"}`,
	} {
		added := s.add(body)
		answered := s.do("PATCH", added.URL, s.get(added.URL).text)
		require.Equal(t, http.StatusOK, answered.StatusCode, answered.text)
		assert.Equal(t, added, decoded[representation](t, answered))
		want = append([]representation{added}, want...)
	}
	assert.Equal(t, want, s.list())
	assert.EqualValues(t, todo.MaxOrder, want[0].Order)
}

func TestANewTodoIsFoundAtItsLocation(t *testing.T) {
	s := newServer(t)
	answered := s.do("POST", s.todos, `{"title":"here"}`)
	assert.Equal(t, http.StatusCreated, answered.StatusCode)
	location := answered.Header.Get("Location")
	assert.Equal(t, decoded[representation](t, answered).URL, location)
	read := s.get(location)
	assert.Equal(t, answered.text, read.text)
	assert.Equal(t, answered.Header.Get("ETag"), read.Header.Get("ETag"))
}
