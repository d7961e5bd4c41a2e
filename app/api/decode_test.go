package api

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

func ptr[T any](value T) *T { return &value }

func TestDecode(t *testing.T) {
	for body, want := range map[string]todo.Changes{
		`{}`:                               {},
		` {"title" : " buy\u0020milk "} `:  {Title: ptr(todo.Title("buy milk"))},
		`{"titl\u0065":"x"}`:               {Title: ptr(todo.Title("x"))},
		`{"title":"\ud83d\ude00 \\ud800"}`: {Title: ptr(todo.Title(`😀 \ud800`))},
		`{"title":"\ufffd"}`:               {Title: ptr(todo.Title("\ufffd"))},
		`{"completed":false,"order":0}`:    {Completed: ptr(false), Order: ptr(int64(0))},
		`{"order":-5}`:                     {Order: ptr(int64(-5))},
		`{"order":1e3}`:                    {Order: ptr(int64(1000))},
		`{"order":2.0}`:                    {Order: ptr(int64(2))},
		`{"order":9007199254740991}`:       {Order: ptr(int64(todo.MaxOrder))},
		`{"order":-9007199254740991}`:      {Order: ptr(int64(-todo.MaxOrder))},
		`{"url":{"any":["thing"]}}`:        {},
	} {
		got, err := decode([]byte(body))
		require.NoError(t, err, body)
		assert.Equal(t, want, got, body)
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"title":"milk"}`, `{"title":"milk","completed":true,"order":5,"url":"https://todo.example/l/x/todos/1"}`,
		`{}`, `[]`, `null`, `{"title":null}`, `{"title":"a","title":"b"}`, `{"Title":"a"}`, `{"order":1e999}`, `{"order":-0}`,
		`{"title":"\ud800"}`, `{"title":"\ud83d\ude00"}`, `{"title":"\\ud800"}`, `{"title":"\u202e\u0000"}`, "{\"title\":\"\xff\"}",
		`{"a":{"b":[1,{"c":null}]}}`, `{"title":"x"} {}`, strings.Repeat(`{"a":`, 50), "\ufeff{}", `{"":""}`, `\ud800`, `\u`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		changes, err := decode(body)
		if err != nil {
			var p *problem
			require.True(t, errors.As(err, &p))
			assert.Contains(t, []int{400, 422}, p.Status)
			assert.LessOrEqual(t, len(p.Errors), 4)
			return
		}
		// What was taken is what everybody else reads in the same text.
		assert.True(t, utf8.Valid(body))
		var plain map[string]any
		require.NoError(t, json.Unmarshal(body, &plain))
		title, has := plain["title"].(string)
		require.Equal(t, has, changes.Title != nil)
		if has {
			want, err := todo.NewTitle(title)
			require.NoError(t, err)
			assert.Equal(t, want, *changes.Title)
		}
		completed, has := plain["completed"].(bool)
		require.Equal(t, has, changes.Completed != nil)
		if has {
			assert.Equal(t, completed, *changes.Completed)
		}
		order, has := plain["order"].(float64)
		require.Equal(t, has, changes.Order != nil)
		if has {
			assert.EqualValues(t, order, *changes.Order)
		}
	})
}
