package api

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

// typeOf is the last word of a problem's type.
func typeOf(t *testing.T, answered reply) string {
	t.Helper()
	assert.Equal(t, "application/problem+json", answered.Header.Get("Content-Type"))
	kind := decoded[problem](t, answered).Type
	return kind[strings.LastIndex(kind, "/")+1:]
}

func TestBadInputIsRefusedAndStoresNothing(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here","order":5}`)
	before := s.get(s.todos).text
	for _, bad := range []struct {
		what, body, kind string
		pointers         []string
	}{
		{"no body", ``, "UnsupportedMediaType", nil},
		{"not JSON", `title=x`, "BadRequest", nil},
		{"cut off", `{"title":"x"`, "BadRequest", nil},
		{"two values", `{"title":"x"}{"title":"y"}`, "BadRequest", nil},
		{"text behind", `{"title":"x"} x`, "BadRequest", nil},
		{"a comment", `{"title":"x"/**/}`, "BadRequest", nil},
		{"a trailing comma", `{"title":"x",}`, "BadRequest", nil},
		{"an array", `[{"title":"x"}]`, "BadRequest", nil},
		{"a string", `"x"`, "BadRequest", nil},
		{"null", `null`, "BadRequest", nil},
		{"a byte order mark", "\ufeff" + `{"title":"x"}`, "BadRequest", nil},
		{"the title twice", `{"title":"x","title":"y"}`, "BadRequest", nil},
		{"the title twice, once escaped", `{"title":"x","titl\u0065":"y"}`, "BadRequest", nil},
		{"an unknown member twice", `{"title":"x","a":1,"a":1}`, "BadRequest", nil},
		{"invalid UTF-8", "{\"title\":\"\xff\"}", "BadRequest", nil},
		{"half a surrogate pair", `{"title":"a\ud83d"}`, "BadRequest", nil},
		{"a pair the wrong way round", `{"title":"\ude00\ud83d"}`, "BadRequest", nil},
		{"a raw line break", "{\"title\":\"a\nb\"}", "BadRequest", nil},
		{"deep nesting", strings.Repeat("[", 60000), "BadRequest", nil},
		{"an empty title", `{"title":""}`, "InvalidTodo", []string{"#/title"}},
		{"white space", `{"title":" \t\u3000"}`, "InvalidTodo", []string{"#/title"}},
		{"nothing visible", `{"title":"\u200b\u202e"}`, "InvalidTodo", []string{"#/title"}},
		{"501 characters", `{"title":"` + strings.Repeat("é", todo.MaxTitle+1) + `"}`, "InvalidTodo", []string{"#/title"}},
		{"NUL", `{"title":"a\u0000b"}`, "InvalidTodo", []string{"#/title"}},
		{"an escape sequence", `{"title":"\u001b[31mred"}`, "InvalidTodo", []string{"#/title"}},
		{"a line break", `{"title":"a\nb"}`, "InvalidTodo", []string{"#/title"}},
		{"a number as the title", `{"title":5}`, "InvalidTodo", []string{"#/title"}},
		{"null as the title", `{"title":null}`, "InvalidTodo", []string{"#/title"}},
		{"an object as the title", `{"title":{"a":"b"}}`, "InvalidTodo", []string{"#/title"}},
		{"a word as the state", `{"title":"x","completed":"yes"}`, "InvalidTodo", []string{"#/completed"}},
		{"a number as the state", `{"title":"x","completed":1}`, "InvalidTodo", []string{"#/completed"}},
		{"no state", `{"title":"x","completed":null}`, "InvalidTodo", []string{"#/completed"}},
		{"half an order", `{"title":"x","order":1.5}`, "InvalidTodo", []string{"#/order"}},
		{"a large order", `{"title":"x","order":9007199254740992}`, "InvalidTodo", []string{"#/order"}},
		{"a low order", `{"title":"x","order":-9007199254740993}`, "InvalidTodo", []string{"#/order"}},
		{"a huge order", `{"title":"x","order":1e400}`, "InvalidTodo", []string{"#/order"}},
		{"an order in quotes", `{"title":"x","order":"1"}`, "InvalidTodo", []string{"#/order"}},
		{"no order", `{"title":"x","order":null}`, "InvalidTodo", []string{"#/order"}},
		{"an unknown member", `{"title":"x","complete":true}`, "InvalidTodo", []string{"#"}},
		{"other letters", `{"title":"x","Completed":true}`, "InvalidTodo", []string{"#"}},
		{"all wrong", `{"order":{},"a":1,"title":[],"b":2,"completed":0}`, "InvalidTodo", []string{"#/order", "#/title", "#/completed", "#"}},
		{"too long", `{"title":"` + strings.Repeat("x", request.MaxBody) + `"}`, "ContentTooLarge", nil},
		{"too much white space", `{"title":"x"}` + strings.Repeat(" ", request.MaxBody), "ContentTooLarge", nil},
	} {
		for method, address := range map[string]string{"POST": s.todos, "PATCH": item.URL} {
			answered := s.do(method, address, bad.body)
			assert.Equal(t, bad.kind, typeOf(t, answered), "%s: %s", method, bad.what)
			var pointers []string
			for _, e := range decoded[problem](t, answered).Errors {
				pointers = append(pointers, e.Pointer)
			}
			assert.Equal(t, bad.pointers, pointers, bad.what)
		}
	}
	assert.Equal(t, "InvalidTodo", typeOf(t, s.do("POST", s.todos, `{"completed":true}`)), "no title")
	for method, address := range map[string]string{"POST": s.todos, "PATCH": item.URL} {
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b",
			"application/merge-patch+json", "text/json"} {
			answered := s.do(method, address, `{"title":"x"}`, "Content-Type", kind)
			assert.Equal(t, "UnsupportedMediaType", typeOf(t, answered), kind)
			accept := map[string]string{"POST": "Accept-Post", "PATCH": "Accept-Patch"}[method]
			assert.Equal(t, "application/json", answered.Header.Get(accept))
		}
	}
	assert.Equal(t, before, s.get(s.todos).text)
	assert.NotContains(t, s.log.String(), "failed")
}

func TestAddressesThatAreNone(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	id := strings.TrimPrefix(item.URL, s.todos+"/")
	root := strings.TrimSuffix(s.todos, "/todos")
	other := s.URL + s.newList()
	for _, address := range []string{
		s.todos + "/", s.todos + "/0", s.todos + "/-1", s.todos + "/+" + id, s.todos + "/0" + id, s.todos + "/one", item.URL + ".0",
		s.todos + "/99999999999999999999", s.todos + "/9223372036854775807", item.URL + "/", item.URL + "/more", item.URL + "%00",
		strings.Replace(item.URL, s.todos, other, 1), // an item of another list
		s.URL + "/nowhere", root,
	} {
		for _, method := range []string{"GET", "PATCH", "DELETE"} {
			answered := s.do(method, address, map[string]string{"PATCH": `{"title":"intruder"}`}[method])
			assert.Equal(t, "NotFound", typeOf(t, answered), "%s %s", method, address)
		}
	}
	assert.Equal(t, []representation{item}, s.list())
}

// Whether there was such a list must not be told by anything.
func TestUnknownListsAnswerAlike(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	_, err := s.store.ReplaceShare(t.Context(), todo.Access{Token: s.owner, Owner: true}, todo.Key{Name: "replace"})
	require.NoError(t, err)
	locked := strings.Split(item.URL, "/")[4]
	for _, body := range []string{"", `{"title":"x"}`, `{"title":""}`} {
		for _, method := range []string{"GET", "HEAD", "POST", "PATCH", "DELETE"} {
			var first *reply
			for _, share := range []string{locked, todo.Token{1}.String(), s.owner.String(), "short", strings.Repeat("A", 22), "%2e%2e"} {
				for _, below := range []string{"/todos", "/todos/1"} {
					if below == "/todos/1" != (method == "PATCH") {
						continue
					}
					answered := s.do(method, s.URL+"/l/"+share+below, body, "X-Request-Id", "the-same")
					answered.Header.Del("Date")
					if first == nil {
						first = &answered
						continue
					}
					assert.Equal(t, first.StatusCode, answered.StatusCode)
					assert.Equal(t, first.Header, answered.Header)
					assert.Equal(t, first.text, answered.text)
				}
			}
		}
	}
}

func TestQueriesAreChecked(t *testing.T) {
	s := newServer(t)
	for _, query := range []string{"limit=0", "limit=-1", "limit=1001", "limit=x", "limit=", "limit=1&limit=2", "limit=%31%zz",
		"before=", "before=1", "before=1.x", "before=x.1", "before=1.2&before=1.2", "a;b", "before=99999999999999999999.1"} {
		assert.Equal(t, "BadRequest", typeOf(t, s.get(s.todos+"?"+query)), query)
	}
	assert.Equal(t, http.StatusOK, s.get(s.todos+"?limit=1&other=x").StatusCode)
}

// A body that ends before its announced length was cut off: half a title is no title.
func TestATruncatedBodyStoresNothing(t *testing.T) {
	s := newServer(t)
	path := strings.TrimPrefix(s.todos, s.URL)
	for _, framing := range []string{
		"Content-Length: 30\r\n\r\n{\"title\":\"half\"}",
		"Transfer-Encoding: chunked\r\n\r\n10\r\n{\"title\":\"half\"}\r\n",
	} {
		conn, err := net.Dial("tcp", s.Listener.Addr().String())
		require.NoError(t, err)
		defer conn.Close()
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: todo.example\r\nContent-Type: application/json\r\n%s", path, framing)
		require.NoError(t, conn.(*net.TCPConn).CloseWrite())
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusBadRequest, response.StatusCode)
		response.Body.Close()
	}
	assert.Empty(t, s.list())
}

func TestTitlesAreInertInJSON(t *testing.T) {
	s := newServer(t)
	added := s.add(`{"title":"</script><img src=x onerror=alert(1)> & \u2028 \u2029 \ud83d\ude00 \"'"}`)
	assert.EqualValues(t, "</script><img src=x onerror=alert(1)> & \u2028 \u2029 😀 \"'", added.Title)
	for _, text := range []string{s.get(added.URL).text, s.get(s.todos).text, s.do("PATCH", added.URL, `{"order":1}`).text} {
		assert.Contains(t, text, `"\u003c/script\u003e\u003cimg src=x onerror=alert(1)\u003e \u0026 \u2028 \u2029 😀 \"'"`)
		for _, raw := range []string{"<", ">", "&", "\u2028", "\u2029"} {
			assert.NotContains(t, text, raw)
		}
	}
	for _, bad := range []string{`{"<b>":1}`, `{"title":"<b>`, `{"title":"<b>\n</b>"}`} {
		assert.NotContains(t, s.do("POST", s.todos, bad).text, "b\u003e", "nothing that was sent comes back")
	}
}
