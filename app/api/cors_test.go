package api

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

func TestAPreflightIsAnsweredForEveryAddress(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	for address, allow := range map[string]string{
		s.todos:                 "DELETE, GET, HEAD, OPTIONS, POST",
		item.URL:                "DELETE, GET, HEAD, OPTIONS, PATCH",
		s.URL + "/openapi.json": "GET, HEAD, OPTIONS",
		// The same for a list that is not there.
		s.URL + "/l/" + todo.Token{1}.String() + "/todos": "DELETE, GET, HEAD, OPTIONS, POST",
	} {
		answered := s.do("OPTIONS", address, "", "Origin", "https://elsewhere.example",
			"Access-Control-Request-Method", "PATCH", "Access-Control-Request-Headers", "content-type,idempotency-key")
		assert.Equal(t, http.StatusNoContent, answered.StatusCode)
		assert.Equal(t, allow, answered.Header.Get("Allow"))
		assert.Equal(t, allow, answered.Header.Get("Access-Control-Allow-Methods"))
		assert.Equal(t, "Content-Type, Idempotency-Key, If-None-Match", answered.Header.Get("Access-Control-Allow-Headers"))
		assert.Equal(t, "*", answered.Header.Get("Access-Control-Allow-Origin"))
	}
}

// Pages of other origins may read every answer, errors too, and none of it
// depends on who their visitor is.
func TestEveryAnswerIsOpenToAllOriginsWithoutCredentials(t *testing.T) {
	s := newServer(t)
	item := s.add(`{"title":"here"}`)
	cross := []string{"Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors",
		"Referer", "https://elsewhere.example/"}
	for _, request := range []struct {
		method, url, body string
		status            int
	}{
		{"GET", s.todos, "", 200},
		{"POST", s.todos, `{"title":"from elsewhere"}`, 201},
		{"POST", s.todos, `{`, 400},
		{"POST", s.todos, `{"title":""}`, 422},
		{"PATCH", item.URL, `{"completed":true}`, 200},
		{"PUT", item.URL, `{}`, 405},
		{"DELETE", item.URL, "", 204},
		{"GET", item.URL, "", 404},
		{"DELETE", s.todos, "", 204},
		{"GET", s.URL + "/nowhere", "", 404},
		{"OPTIONS", s.todos, "", 204},
		{"GET", s.URL + "/openapi.json", "", 200},
	} {
		answered := s.do(request.method, request.url, request.body, cross...)
		assert.Equal(t, request.status, answered.StatusCode, request)
		assert.Equal(t, "*", answered.Header.Get("Access-Control-Allow-Origin"))
		assert.Empty(t, answered.Header.Values("Access-Control-Allow-Credentials"))
		assert.Empty(t, answered.Header.Values("Set-Cookie"))
		for _, name := range []string{"Accept-Patch", "Accept-Post", "Allow", "ETag", "Link", "Location", "Retry-After", "X-Request-Id"} {
			assert.Contains(t, answered.Header.Get("Access-Control-Expose-Headers"), name)
		}
	}
}

// cookieWitness fails a test that opens a list in another way than by the address.
type cookieWitness struct {
	todo.Store
	t     *testing.T
	token todo.Token
}

func (c cookieWitness) Page(ctx context.Context, access todo.Access, query todo.Query) (todo.Page, error) {
	assert.Equal(c.t, todo.Access{Token: c.token}, access)
	return c.Store.Page(ctx, access, query)
}

func TestCookiesAreNotRead(t *testing.T) {
	s := newServer(t)
	s.add(`{"title":"mine"}`)
	owner, own := s.owner, s.todos
	other := s.URL + s.newList()
	for _, cookie := range []string{"__Host-list=" + owner.String(), "__Host-list=" + owner.Share(0).String(), "a=b; c"} {
		assert.Equal(t, "[]", s.do("GET", other, "", "Cookie", cookie).text, "another list than the cookie's")
		answered := s.do("GET", s.URL+"/l/"+owner.String()+"/todos", "", "Cookie", cookie)
		assert.Equal(t, http.StatusNotFound, answered.StatusCode, "the owner's token is no address")
		assert.Equal(t, s.get(own).text, s.do("GET", own, "", "Cookie", cookie).text)
	}
	unknown := todo.Token{1}
	s.serve(cookieWitness{s.store, t, unknown})
	answered := s.do("GET", s.URL+"/l/"+unknown.String()+"/todos", "", "Cookie", "__Host-list="+owner.String())
	require.Equal(t, http.StatusNotFound, answered.StatusCode)
}
