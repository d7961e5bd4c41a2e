package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

// failing is a store of which all calls fail that the API makes.
type failing struct {
	todo.Store
	err error
}

func (f failing) Page(context.Context, todo.Access, todo.Query) (todo.Page, error) {
	return todo.Page{}, f.err
}
func (f failing) Item(context.Context, todo.Access, int64) (todo.Item, error) {
	return todo.Item{}, f.err
}
func (f failing) Add(context.Context, todo.Access, todo.Key, todo.NewItem) (todo.Item, error) {
	return todo.Item{}, f.err
}
func (f failing) Edit(context.Context, todo.Access, todo.Key, int64, todo.Changes) (todo.Item, error) {
	return todo.Item{}, f.err
}
func (f failing) Delete(context.Context, todo.Access, todo.Key, int64) error { return f.err }
func (f failing) DeleteAll(context.Context, todo.Access, todo.Key) (int, error) {
	return 0, f.err
}

func TestFailuresShowNothingOfTheirCause(t *testing.T) {
	for status, c := range map[int]struct {
		err  error
		kind string
		log  string
	}{
		http.StatusServiceUnavailable:  {fmt.Errorf("%w: password=swordfish", todo.ErrUnavailable), "Unavailable", "level=WARN"},
		http.StatusInternalServerError: {errors.New("relation todos: swordfish"), "InternalError", "level=ERROR"},
	} {
		s := &server{t: t}
		s.serve(failing{err: c.err})
		s.todos = s.URL + "/l/" + todo.Token{1}.String() + "/todos"
		for _, answered := range []reply{
			s.get(s.todos), s.get(s.todos + "/1"),
			s.do("POST", s.todos, `{"title":"x"}`), s.do("PATCH", s.todos+"/1", `{"title":"x"}`),
			s.do("DELETE", s.todos, ""), s.do("DELETE", s.todos+"/1", "", "X-Request-Id", "the-very-id"),
		} {
			require.Equal(t, status, answered.StatusCode)
			assert.Equal(t, c.kind, typeOf(t, answered))
			assert.NotContains(t, answered.text, "swordfish")
			assert.Equal(t, "*", answered.Header.Get("Access-Control-Allow-Origin"))
			assert.Equal(t, status == http.StatusServiceUnavailable, answered.Header.Get("Retry-After") == "5")
		}
		assert.Equal(t, "the-very-id", decoded[problem](t, s.do("DELETE", s.todos+"/1", "", "X-Request-Id", "the-very-id")).RequestID)
		assert.Contains(t, s.log.String(), c.log)
		assert.Contains(t, s.log.String(), "swordfish")
		assert.Equal(t, http.StatusServiceUnavailable == status, s.do("HEAD", s.todos, "").Header.Get("Retry-After") != "")
	}
}
