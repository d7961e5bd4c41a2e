package web

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/request"
	"crosscloud/app/todo"
)

func TestRefusedTitlesStoreNothingAndKeepWhatWasTyped(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.add("already here")
	long := strings.Repeat("x", todo.MaxTitle+1)
	for _, bad := range []struct{ input, message, kept string }{
		{"", "Write what there is to do.", ""},
		{"   ", "Write what there is to do.", "   "},
		{"\u200b\u202e", "Write what there is to do.", "\u200b\u202e"},
		{long, "This has 501 characters; at most 500 fit.", long},
		{"a\x00b", "The character U+0000 cannot be part of a title.", "a\uFFFDb"},
		{"one\r\ntwo", "The character U+000D cannot be part of a title.", "one\r\ntwo"},
		{"\x1b[31mred", "The character U+001B cannot be part of a title.", "\x1b[31mred"},
		{"broken \xff\xfe", "The text is not valid UTF-8.", "broken \uFFFD"},
		{`"><b>quote` + long, "This has 511 characters; at most 500 fit.", "&#34;&gt;&lt;b&gt;quote" + long},
	} {
		for path, field := range map[string]string{"/add": "todo", "/items/1/edit": "title"} {
			answer := b.post(path, field, bad.input)
			assert.Equal(t, http.StatusUnprocessableEntity, answer.StatusCode, "%q", bad.input)
			assert.Contains(t, answer.text, `<p id="refusal" class="refusal" role="alert">`+bad.message+`</p>`)
			assert.Contains(t, answer.text, `value="`+bad.kept+`" aria-invalid="true" aria-describedby="refusal"`)
			assert.Equal(t, 1, strings.Count(answer.text, "aria-invalid"))
			assert.NotContains(t, answer.text, "<b>quote")
			assert.Contains(t, answer.text, "<title>Not saved")
			assert.Empty(t, answer.Header.Get("ETag"))
		}
	}
	assert.Equal(t, http.StatusUnprocessableEntity, b.post("/add").StatusCode, "a form without the field")
	assert.Equal(t, http.StatusUnprocessableEntity, b.post("/items/1/edit").StatusCode)
	require.Len(t, b.items(), 1)
	assert.Equal(t, todo.Title("already here"), b.items()[0].Title)

	stranger := s.browser().post("/add", "todo", " ")
	assert.Equal(t, http.StatusUnprocessableEntity, stranger.StatusCode)
	assert.Len(t, s.memory.lists, 1, "no list for a refused title")

	elsewhere := b.post("/items/77/edit", "title", long)
	assert.Equal(t, http.StatusUnprocessableEntity, elsewhere.StatusCode)
	assert.Contains(t, elsewhere.text, `name="title" type="text" value="`+long+`"`, "the item is not on the page; the text is kept")
}

func TestTitlesAreTextWhateverTheyLookLike(t *testing.T) {
	onEachStore(t, triesTitlesAreTextWhateverTheyLookLike)
}

func triesTitlesAreTextWhateverTheyLookLike(t *testing.T, s *site) {
	b := s.browser()
	titles := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onfocus='alert(1)`, `{{.}} &amp; 'x'`, "\u202egnp.exe\u2066", `</bdi></li></ul>`}
	for i, title := range titles {
		b.add(title)
		id := fmt.Sprint(i + 1)
		for _, page := range []string{b.get("/").text, b.get("/?edit=" + id).text, b.post("/items/"+id+"/edit", "title", title+"\n\n"+title).text} {
			assert.Equal(t, 1, strings.Count(page, "<script"), "ours")
			assert.NotContains(t, page, "<img")
			assert.NotContains(t, page, `" onerror`)
			assert.NotContains(t, page, `' onfocus`)
		}
	}
	page := b.get("/").text
	assert.Contains(t, page, `>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>`)
	assert.Contains(t, page, `>{{.}} &amp;amp; &#39;x&#39;</bdi>`)
	assert.Contains(t, page, "id=\"title-5\">\u202egnp.exe\u2066</bdi>", "isolated by the element")
	assert.Equal(t, len(titles), strings.Count(page, "</bdi>"))
}

func TestFormsThatAreNone(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.add("here")
	const form = "application/x-www-form-urlencoded"
	for _, bad := range []struct {
		what, path, contentType, body string
		status                        int
	}{
		{"JSON", "/add", "application/json", `{"todo":"x"}`, http.StatusUnsupportedMediaType},
		{"multipart", "/add", "multipart/form-data; boundary=b", "--b\r\n", http.StatusUnsupportedMediaType},
		{"text", "/add", "text/plain", "todo=x", http.StatusUnsupportedMediaType},
		{"no type", "/add", "", "todo=x", http.StatusUnsupportedMediaType},
		{"bad escape", "/add", form, "todo=%zz", http.StatusBadRequest},
		{"semicolons", "/add", form, "todo=x;key=y", http.StatusBadRequest},
		{"the field twice", "/add", form, "todo=x&todo=y", http.StatusBadRequest},
		{"the key twice", "/add", form, "todo=x&key=a&key=b", http.StatusBadRequest},
		{"any field twice", "/add", form, "todo=x&z=&z=", http.StatusBadRequest},
		{"too long", "/add", form, "todo=" + strings.Repeat("x", request.MaxBody), http.StatusRequestEntityTooLarge},
		{"too many fields", "/add", form, "todo=x&" + strings.Repeat("&a", request.MaxBody/2), http.StatusRequestEntityTooLarge},
		{"no state", "/items/1/toggle", form, "", http.StatusBadRequest},
		{"another state", "/items/1/toggle", form, "completed=maybe", http.StatusBadRequest},
		{"no state for all", "/toggle-all", form, "completed=1", http.StatusBadRequest},
		{"nothing to undo", "/undo", form, "", http.StatusBadRequest},
		{"a bad id", "/items/one/delete", form, "", http.StatusNotFound},
		{"a negative id", "/items/-1/delete", form, "", http.StatusNotFound},
		{"an id too large", "/items/99999999999999999999/toggle", form, "completed=true", http.StatusNotFound},
		{"an unknown id", "/items/2/toggle", form, "completed=true", http.StatusNotFound},
		{"an unknown id to edit", "/items/2/edit", form, "title=x", http.StatusNotFound},
		{"an unknown id to delete", "/items/2/delete", form, "", http.StatusNotFound},
		{"a bad view", "/items/1/delete?before=x", form, "", http.StatusNotFound},
	} {
		answer := b.do("POST", bad.path, bad.body, "Content-Type", bad.contentType)
		assert.Equal(t, bad.status, answer.StatusCode, bad.what)
		assert.Contains(t, answer.text, "<h1", bad.what)
		assert.Equal(t, bad.status == http.StatusUnsupportedMediaType, answer.Header.Get("Accept-Post") == form, bad.what)
	}
	assert.Equal(t, 1, s.memory.writes)
}

func TestWrongMethodsAndUnknownAddresses(t *testing.T) {
	b := newSite(t).browser()
	b.add("here")
	for path, allow := range map[string]string{
		"/add": "POST", "/items/1/toggle": "POST", "/undo": "POST", "/toggle-all": "POST", "/clear-completed": "POST",
		b.share() + "/add": "POST",
	} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			answer := b.do(method, path, "")
			assert.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode, path)
			assert.Equal(t, allow, answer.Header.Get("Allow"), path)
			assert.Contains(t, answer.text, "That cannot be done here")
		}
	}
	for path, allow := range map[string]string{"/": "GET, HEAD", "/share": "GET, HEAD, POST", "/robots.txt": "GET, HEAD"} {
		answer := b.do("PATCH", path, "")
		assert.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode, path)
		assert.Equal(t, allow, answer.Header.Get("Allow"), path)
	}
	for _, path := range []string{"/nowhere", "/add/", "/items/1", "/static/", "/static/nowhere.css", "/static/..%2fstatic.go", "//nowhere", "/l/", "/o/"} {
		answer := b.get(path)
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, path)
		assert.Contains(t, answer.text, "There is nothing here", path)
	}
}

// A body that ends before its announced length was cut off: half a title is no title.
func TestATruncatedFormStoresNothing(t *testing.T) {
	s := newSite(t)
	for _, framing := range []string{"Content-Length: 30\r\n\r\ntodo=half", "Transfer-Encoding: chunked\r\n\r\n9\r\ntodo=half\r\n"} {
		conn, err := tls.Dial("tcp", s.Listener.Addr().String(), s.Client().Transport.(*http.Transport).TLSClientConfig)
		require.NoError(t, err)
		defer conn.Close()
		fmt.Fprint(conn, "POST /add HTTP/1.1\r\nHost: todo.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"+framing)
		require.NoError(t, conn.CloseWrite())
		if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
			assert.Equal(t, http.StatusBadRequest, response.StatusCode)
			response.Body.Close()
		}
	}
	assert.Zero(t, s.memory.writes)
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.add("mine")
	share := b.share()
	for name, header := range map[string][]string{
		"another site":         {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		"another subdomain":    {"Sec-Fetch-Site", "same-site", "Origin", s.URL},
		"an old browser":       {"Origin", "https://evil.example"},
		"another port":         {"Origin", s.URL + "0"},
		"a sandboxed document": {"Origin", "null"},
	} {
		for _, path := range []string{"/add", "/items/1/toggle", "/items/1/edit", "/items/1/delete", "/toggle-all", "/clear-completed",
			"/undo", "/share", "/o/" + b.owner().String(), share + "/add", share + "/items/1/delete"} {
			answer := b.do("POST", path, "todo=planted&title=planted&completed=true&undo=x", header...)
			assert.Equal(t, http.StatusForbidden, answer.StatusCode, "%s: %s", name, path)
			assert.Contains(t, answer.text, "That came from another site")
			assert.Empty(t, answer.Header["Set-Cookie"])
		}
	}
	assert.Equal(t, 1, s.memory.writes)

	// Our own pages, whose policy makes browsers send no origin.
	assert.Equal(t, http.StatusSeeOther, b.do("POST", "/add", "todo=ours", "Sec-Fetch-Site", "same-origin", "Origin", "null").StatusCode)
	assert.Equal(t, http.StatusSeeOther, b.do("POST", "/add", "todo=ours", "Origin", s.URL).StatusCode)
}

func FuzzDecodeForm(f *testing.F) {
	for _, seed := range []string{"todo=milk", "todo=%00%ff", "a=1&a=2", "%zz", "a;b", "=", "&&", "todo=a+b%20c&key=k", strings.Repeat("a&", 100), "todo=\xe2\x80\xae"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		fields, err := decodeForm(body)
		if err != nil {
			assert.Equal(t, errForm, err, "the parser's own error quotes what was sent")
			return
		}
		var pairs []string
		for name, value := range fields {
			pairs = append(pairs, name, value)
		}
		again, err := decodeForm(encode(pairs...))
		assert.NoError(t, err)
		assert.Equal(t, fields, again)
		key, err := formKey("/add", fields)
		same, errAgain := formKey("/add", again)
		assert.Equal(t, key, same)
		assert.Equal(t, err, errAgain)
		if title, err := todo.NewTitle(fields["todo"]); err == nil {
			assert.LessOrEqual(t, len([]rune(string(title))), todo.MaxTitle)
		}
	})
}
