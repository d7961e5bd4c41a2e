package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/todo"
	"crosscloud/nginx/nginxtest"
)

// What the packages try each on its own, tried once more on the whole: the app
// on its database, behind nginx as it is shipped.
func TestBadInputThroughTheProxy(t *testing.T) {
	databaseURL := pgdev.Database(t)
	r, cookie := serving(t, databaseURL)
	slot := strings.TrimPrefix(r.url, "http://")
	proxy := nginxtest.Start(t, slot, slot)
	client := proxy.Client(t, false) // HTTP/2 packs a flood of headers, or ends the connection
	db, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	t.Cleanup(func() { db.Close(t.Context()) })

	// stored is all that there is: every list and every todo.
	stored := func() (all string) {
		require.NoError(t, db.QueryRow(t.Context(), `
			select (select count(*) from lists) || ' ' ||
			       (select string_agg(concat_ws(' ', id, title, completed, position, deletion), ',' order by id) from todos)`).Scan(&all))
		return all
	}
	owner, err := todo.ParseToken(cookie.Value)
	require.NoError(t, err)
	api := "/l/" + owner.Share(0).String() + "/todos"
	var id int64
	require.NoError(t, db.QueryRow(t.Context(), "select id from todos").Scan(&id))
	page, item := fmt.Sprintf("/items/%d", id), fmt.Sprintf("%s/%d", api, id)

	ask := func(method, path, kind, body string, header ...string) (*http.Response, string) {
		request, err := http.NewRequestWithContext(t.Context(), method, "https://"+proxy.HTTPS+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", kind)
		request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
		for i := 0; i < len(header); i += 2 {
			request.Header.Add(header[i], header[i+1])
		}
		response, err := client.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response, string(text)
	}

	const form, json = "application/x-www-form-urlencoded", "application/json"
	long := strings.Repeat("x", todo.MaxTitle+1)
	before := stored()
	for _, bad := range []struct {
		what, method, path, kind, body string
		status                         int
		header                         []string
	}{
		{"no title", "POST", "/add", form, "todo=", 422, nil},
		{"white space", "POST", "/add", form, "todo=+%09+", 422, nil},
		{"501 characters", "POST", "/add", form, "todo=" + long, 422, nil},
		{"501 characters for an item", "POST", page + "/edit", form, "title=" + long, 422, nil},
		{"NUL", "POST", "/add", form, "todo=a%00b", 422, nil},
		{"invalid UTF-8", "POST", "/add", form, "todo=a%ff", 422, nil},
		{"a control character", "POST", "/add", form, "todo=a%1b%5bm", 422, nil},
		{"the field twice", "POST", "/add", form, "todo=a&todo=b", 400, nil},
		{"a bad escape", "POST", "/add", form, "todo=%zz", 400, nil},
		{"JSON for a form", "POST", "/add", json, `{"todo":"a"}`, 415, nil},
		{"no type", "POST", "/add", "", "todo=a", 415, nil},
		{"too long for the app", "POST", "/add", form, "todo=" + strings.Repeat("x", 100<<10), 413, nil},
		{"too long for nginx", "POST", "/add", form, "todo=" + strings.Repeat("x", 200<<10), 413, nil},
		{"an unknown id", "POST", fmt.Sprintf("/items/%d/delete", id+1), form, "", 404, nil},
		{"a bad id", "POST", "/items/one/delete", form, "", 404, nil},
		{"an unknown list", "POST", "/l/" + todo.Token{1}.String() + "/add", form, "todo=a", 404, nil},
		{"a wrong method", "DELETE", "/add", form, "", 405, nil},
		{"another site's form", "POST", "/add", form, "todo=a", 403, []string{"Sec-Fetch-Site", "cross-site"}},
		{"an old browser's form of another site", "POST", page + "/delete", form, "", 403, []string{"Origin", "https://evil.example"}},
		{"another port's form", "POST", "/share", form, "", 403, []string{"Origin", "https://" + proxy.HTTPS + "0"}},
		{"a key of two words", "POST", "/add", form, "todo=a", 400, []string{"Idempotency-Key", "two words"}},
		{"a long header", "POST", "/add", form, "todo=a", 400, []string{"X-Long", strings.Repeat("x", 9<<10)}},
		{"many headers", "POST", "/add", form, "todo=a", 400, flood(400)},
		{"a long query", "POST", "/add?" + strings.Repeat("q", 9<<10), form, "todo=a", 414, nil},

		{"a program's empty title", "POST", api, json, `{"title":""}`, 422, nil},
		{"a program's 501 characters", "PATCH", item, json, `{"title":"` + long + `"}`, 422, nil},
		{"a program's NUL", "POST", api, json, `{"title":"a\u0000b"}`, 422, nil},
		{"a program's invalid UTF-8", "POST", api, json, "{\"title\":\"\xff\"}", 400, nil},
		{"a program's half character", "PATCH", item, json, `{"title":"\ud83d"}`, 400, nil},
		{"a member twice", "POST", api, json, `{"title":"a","title":"b"}`, 400, nil},
		{"half of JSON", "POST", api, json, `{"title":"a"`, 400, nil},
		{"a form for JSON", "POST", api, form, "title=a", 415, nil},
		{"a program's long body", "POST", api, json, `{"title":"` + strings.Repeat("x", 100<<10) + `"}`, 413, nil},
		{"a program's body too long for nginx", "POST", api, json, `{"title":"` + strings.Repeat("x", 200<<10) + `"}`, 413, nil},
		{"a program's many headers", "DELETE", api, json, "", 400, flood(400)},
		{"a program's long query", "DELETE", api + "?" + strings.Repeat("q", 9<<10), json, "", 414, nil},
		{"a program's unknown id", "DELETE", fmt.Sprintf("%s/%d", api, id+1), json, "", 404, nil},
		{"a program's bad id", "PATCH", api + "/one", json, `{"title":"a"}`, 404, nil},
		{"a program's wrong method", "PUT", api, json, `{"title":"a"}`, 405, nil},
	} {
		response, text := ask(bad.method, bad.path, bad.kind, bad.body, bad.header...)
		assert.Equal(t, bad.status, response.StatusCode, bad.what)
		assert.Equal(t, bad.status == http.StatusMethodNotAllowed, response.Header.Get("Allow") != "", bad.what)
		if strings.Contains(bad.path, "/todos") {
			assert.Equal(t, "application/problem+json", response.Header.Get("Content-Type"), bad.what)
		} else {
			assert.Contains(t, text, "<h1>", "%s: a page for people", bad.what)
		}
	}
	for _, head := range []string{
		"POST /add HTTP/1.1\r\nContent-Type: " + form + "\r\nCookie: " + cookie.Name + "=" + cookie.Value,
		"POST " + api + " HTTP/1.1\r\nContent-Type: " + json,
	} {
		conn, err := tls.Dial("tcp", proxy.HTTPS, proxy.TLSConfig(t))
		require.NoError(t, err)
		defer conn.Close()
		fmt.Fprintf(conn, "%s\r\nHost: %s\r\nContent-Length: 30\r\n\r\ntodo=half", head, proxy.HTTPS)
		require.NoError(t, conn.CloseWrite())
		if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
			assert.Equal(t, http.StatusBadRequest, response.StatusCode)
			response.Body.Close()
		}
	}
	assert.Equal(t, before, stored(), "nothing of all that is stored")

	// The API is open to pages of every site, and does not look at cookies.
	foreign := []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}
	response, text := ask("POST", api, json, `{"title":"<b>\u202eHTML</b>"}`, foreign...)
	assert.Equal(t, http.StatusCreated, response.StatusCode)
	assert.Equal(t, "*", response.Header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, response.Header.Get("Access-Control-Allow-Credentials"))
	assert.NotContains(t, text, "<b>")
	nobody := "/l/" + todo.Token{1}.String() + "/todos"
	response, _ = ask("GET", nobody, json, "", foreign...)
	assert.Equal(t, http.StatusNotFound, response.StatusCode, "whatever list the cookie opens")
	_, text = ask("GET", "/", "", "")
	assert.Contains(t, text, ">&lt;b&gt;\u202eHTML&lt;/b&gt;</bdi>", "text, in an element that ends its direction")
}

// flood is many headers, each of a size that would pass.
func flood(n int) (header []string) {
	for i := range n {
		header = append(header, fmt.Sprintf("X-Flood-%d", i), strings.Repeat("x", 100))
	}
	return header
}
