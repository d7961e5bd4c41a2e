package web

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/todo"
)

func TestReadingStoresNothing(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	for _, path := range []string{"/", "/share", "/?show=active", "/robots.txt", "/favicon.ico", "/l/" + todo.Token{1}.String(), "/o/" + todo.Token{1}.String()} {
		assert.Empty(t, b.get(path).Header["Set-Cookie"], path)
	}
	assert.Empty(t, s.memory.lists)
}

func TestTheFirstWriteMakesAListThatOnlyThisBrowserSees(t *testing.T) {
	onEachStore(t, triesTheFirstWriteMakesAListThatOnlyThisBrowserSees)
}

func triesTheFirstWriteMakesAListThatOnlyThisBrowserSees(t *testing.T, s *site) {
	mine, yours := s.browser(), s.browser()
	answer := mine.post("/add", "todo", "mine")
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	cookie, err := http.ParseSetCookie(answer.Header.Get("Set-Cookie"))
	require.NoError(t, err)
	assert.Equal(t, "__Host-list", cookie.Name)
	assert.True(t, cookie.Secure && cookie.HttpOnly && cookie.Path == "/" && cookie.Domain == "")
	assert.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
	assert.Equal(t, 365*24*60*60, cookie.MaxAge)
	assert.Regexp(t, `^[A-Za-z0-9_-]{22}$`, cookie.Value)

	yours.add("another's")
	assert.Contains(t, mine.get("/").text, ">mine</bdi>")
	assert.NotContains(t, mine.get("/").text, "another")
	assert.NotEqual(t, mine.owner(), yours.owner())
	assert.Equal(t, http.StatusNotFound, yours.post("/items/1/delete").StatusCode, "an item of another list")
	assert.Len(t, mine.items(), 1)

	renewed := mine.post("/items/1/toggle", "completed", "true").Header.Get("Set-Cookie")
	assert.Equal(t, answer.Header.Get("Set-Cookie"), renewed, "a write keeps the cookie for another year")
	assert.Empty(t, mine.get("/").Header.Get("Set-Cookie"))
}

func TestAFormThatIsSentTwiceMakesOneListWithOneItem(t *testing.T) {
	onEachStore(t, triesAFormThatIsSentTwiceMakesOneListWithOneItem)
}

func triesAFormThatIsSentTwiceMakesOneListWithOneItem(t *testing.T, s *site) {
	b := s.browser()
	key := b.get("/").key(t)
	assert.GreaterOrEqual(t, len(key), unguessable)
	other := s.browser() // the same browser before the first answer's cookie has come
	b.back("/add", "todo", "once", "key", key)
	other.back("/add", "todo", "once", "key", key)
	assert.Equal(t, b.owner(), other.owner())
	assert.Len(t, b.items(), 1)
	b.back("/add", "todo", "once", "key", key)
	assert.Len(t, b.items(), 1, "also with the cookie of the first answer")
}

// The Back button brings a page back whose key was used.
func TestTheSameFormWithOtherTextIsAnotherWrite(t *testing.T) {
	onEachStore(t, triesTheSameFormWithOtherTextIsAnotherWrite)
}

func triesTheSameFormWithOtherTextIsAnotherWrite(t *testing.T, s *site) {
	b := s.browser()
	b.add("first")
	key := b.get("/").key(t)
	for range 2 {
		b.back("/add", "todo", "milk", "key", key)
		b.back("/add", "todo", "bread", "key", key)
	}
	assert.Len(t, b.items(), 3)
	assert.NotEqual(t, key, b.get("/").key(t))
}

func TestHeadersNameWritesToo(t *testing.T) { onEachStore(t, triesHeadersNameWritesToo) }

func triesHeadersNameWritesToo(t *testing.T, s *site) {
	b := s.browser()
	b.add("first")
	send := func(body string, header ...string) int { return b.do("POST", "/add", body, header...).StatusCode }
	for range 2 {
		assert.Equal(t, http.StatusSeeOther, send("todo=by+header", "Idempotency-Key", "1"))
		assert.Equal(t, http.StatusSeeOther, send("todo=by+header", "Idempotency-Key", `"1"`), "another spelling of the same")
		assert.Equal(t, http.StatusSeeOther, send("todo=by+request", "X-Request-Id", "0123456789abcdef"))
		assert.Equal(t, http.StatusSeeOther, send("todo=by+form&key=2", "Idempotency-Key", "3", "X-Request-Id", "0123456789abcdee"))
	}
	assert.Len(t, b.items(), 4)
	reused := b.do("POST", "/add", "todo=another", "Idempotency-Key", "1")
	assert.Equal(t, http.StatusUnprocessableEntity, reused.StatusCode)
	assert.Contains(t, reused.text, "Its Idempotency-Key came with another request before.", "only programs get here")
	assert.Equal(t, http.StatusBadRequest, send("todo=x", "Idempotency-Key", "two words"))
	assert.Equal(t, http.StatusBadRequest, send("todo=x", "Idempotency-Key", "one", "Idempotency-Key", "two"))
	assert.Equal(t, http.StatusBadRequest, send("todo=x&key=2", "Idempotency-Key", "1", "Idempotency-Key", "1"), "nor one twice")
	assert.Equal(t, http.StatusBadRequest, send("todo=x&key=two+words"))
	assert.Equal(t, http.StatusBadRequest, send("todo=x", "Idempotency-Key", strings.Repeat("x", 129)))
	assert.Len(t, b.items(), 4)
}

func TestAProgramRepeatsTheRequestThatMadeItsList(t *testing.T) {
	onEachStore(t, func(t *testing.T, s *site) {
		key := strings.Repeat("k", unguessable)
		b := s.browser()
		send := func(body string) reply { return b.do("POST", "/add", body, "Idempotency-Key", key) }
		first := send("todo=milk")
		require.Equal(t, http.StatusSeeOther, first.StatusCode)
		for range 2 { // with the cookie of the first answer
			again := send("todo=milk")
			assert.Equal(t, first.Status, again.Status)
			assert.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))
			assert.Equal(t, first.Header.Get("Set-Cookie"), again.Header.Get("Set-Cookie"))
			require.Len(t, b.items(), 1)
			b.back(fmt.Sprintf("/items/%d/toggle", b.items()[0].ID), "completed", "true") // whatever happened in between
		}
		assert.Equal(t, http.StatusUnprocessableEntity, send("todo=bread").StatusCode)
		assert.Len(t, b.items(), 1)
	})
}

// Whoever repeats the write that made a list is given the list.
func TestNobodyIsGivenAListForAKeyThatCanBeGuessedOrReadInALog(t *testing.T) {
	onEachStore(t, triesNobodyIsGivenAListForAKeyThatCanBeGuessedOrReadInALog)
}

func triesNobodyIsGivenAListForAKeyThatCanBeGuessedOrReadInALog(t *testing.T, s *site) {
	first := s.browser()
	first.do("POST", "/add", "todo=milk", "X-Request-Id", "0123456789abcdef0123456789abcdef")
	thief := s.browser()
	thief.do("POST", "/add", "todo=milk", "Idempotency-Key", "0123456789abcdef0123456789abcdef")
	assert.NotEqual(t, first.owner(), thief.owner())

	for _, field := range []string{"", "&key=1"} {
		one, another := s.browser(), s.browser()
		one.do("POST", "/add", "todo=milk"+field, "Idempotency-Key", "1")
		another.do("POST", "/add", "todo=milk"+field, "Idempotency-Key", "1")
		assert.NotEqual(t, one.owner(), another.owner(), field)
	}
}

func TestAShareLinkLetsOthersJoinUntilItIsReplaced(t *testing.T) {
	onEachStore(t, triesAShareLinkLetsOthersJoinUntilItIsReplaced)
}

func triesAShareLinkLetsOthersJoinUntilItIsReplaced(t *testing.T, s *site) {
	owner, guest := s.browser(), s.browser()
	owner.add("bring cake")
	link := owner.share()
	assert.Regexp(t, `^/l/[A-Za-z0-9_-]{22}$`, link)

	page := guest.get(link)
	assert.Contains(t, page.text, ">bring cake</bdi>")
	assert.Contains(t, page.text, `action="`+link+`/items/1/toggle"`)
	assert.Equal(t, "noindex", page.Header.Get("X-Robots-Tag"))
	assert.NotContains(t, page.text, owner.owner().String())
	assert.Equal(t, link, guest.back(link+"/add", "todo", "bring tea"))
	assert.Equal(t, link+"#item-1", guest.back(link+"/items/1/toggle", "completed", "true"))
	assert.Equal(t, link+"?show=completed#item-1", guest.back(link+"/items/1/edit?show=completed", "title", "bring two cakes"))
	guest.back(link+"/toggle-all", "completed", "true")
	undo := guest.back(link + "/clear-completed")
	assert.True(t, strings.HasPrefix(undo, link+"?undo="), undo)
	assert.Contains(t, guest.get(undo).text, "2 deleted.")
	assert.Empty(t, owner.items())
	guest.back(link+"/undo", "undo", undoable(undo))
	assert.Len(t, owner.items(), 2)
	for _, answer := range []reply{guest.get(link), guest.post(link+"/add", "todo", "x")} {
		assert.Empty(t, answer.Header["Set-Cookie"], "a guest does not become the owner")
	}
	slash := guest.get(link + "/?show=active&before=5.5")
	assert.Equal(t, http.StatusPermanentRedirect, slash.StatusCode)
	assert.Equal(t, link+"?show=active&before=5.5", slash.Header.Get("Location"))
	assert.Equal(t, "private, no-cache", slash.Header.Get("Cache-Control"))
	assert.Equal(t, "noindex", slash.Header.Get("X-Robots-Tag"))
	assert.Equal(t, link, guest.get(link+"/").Header.Get("Location"))
	assert.Equal(t, "/l/a%3Fb%0A", guest.get("/l/a%3fb%0a/").Header.Get("Location"), "which is not there either")

	// Only the owner replaces it.
	assert.Equal(t, http.StatusNotFound, guest.post(link+"/share").StatusCode)
	assert.Equal(t, http.StatusNotFound, guest.post("/share").StatusCode)
	assert.Equal(t, http.StatusOK, guest.get(link).StatusCode)
	assert.Equal(t, "/share?replaced", owner.back("/share"))
	assert.Contains(t, owner.get("/share?replaced").text, "The link is new.")
	assert.NotContains(t, owner.get("/share").text, "The link is new.")
	assert.NotEqual(t, link, owner.share())
	assert.Equal(t, http.StatusNotFound, guest.get(link).StatusCode)
	assert.Equal(t, http.StatusNotFound, guest.post(link+"/add", "todo", "x").StatusCode)
	assert.Equal(t, http.StatusOK, guest.get(owner.share()).StatusCode)
}

func TestARecoveryLinkOpensTheListInAnotherBrowser(t *testing.T) {
	onEachStore(t, triesARecoveryLinkOpensTheListInAnotherBrowser)
}

func triesARecoveryLinkOpensTheListInAnotherBrowser(t *testing.T, s *site) {
	old, fresh := s.browser(), s.browser()
	old.add("keep me")
	link := "/o/" + old.owner().String()
	assert.Contains(t, old.get("/share").text, `value="`+s.URL+link+`"`)
	assert.Contains(t, old.get("/share").Header.Get("Cache-Control"), "no-store")
	assert.NotContains(t, old.get("/").text, old.owner().String(), "the page with titles holds no secret")

	page := fresh.get(link)
	assert.Contains(t, page.text, "1 of 1 left on it.")
	assert.Empty(t, page.Header["Set-Cookie"], "a link changes nothing by being opened")
	assert.Equal(t, "private, no-store", page.Header.Get("Cache-Control"), "its form holds the owner's token")
	assert.Equal(t, "noindex", page.Header.Get("X-Robots-Tag"))
	assert.Equal(t, "/", fresh.back(link))
	assert.Contains(t, fresh.get("/").text, ">keep me</bdi>")
	assert.Contains(t, fresh.get(link).text, "This is the list that this browser has.")

	third := s.browser()
	third.add("other")
	assert.Contains(t, third.get(link).text, "This browser has another list, which it will forget.")

	share := todo.Access{Token: old.owner()}.Token.Share(0).String()
	assert.Equal(t, http.StatusNotFound, fresh.get("/o/"+share).StatusCode, "a share link is no recovery link")
	assert.Equal(t, http.StatusNotFound, fresh.get("/l/"+old.owner().String()).StatusCode)
}

var reference = regexp.MustCompile(`Reference: [A-Za-z0-9-]+`)

// Whether a token is unknown, locked out or no token at all is nobody's business.
func TestListsThatAreNotThereAreAlike(t *testing.T) {
	onEachStore(t, triesListsThatAreNotThereAreAlike)
}

func triesListsThatAreNotThereAreAlike(t *testing.T, s *site) {
	owner, b := s.browser(), s.browser()
	owner.add("something")
	lockedOut := owner.share()
	owner.back("/share")
	answers := map[string]bool{}
	for _, path := range []string{lockedOut, "/l/" + todo.Token{1}.String(), "/l/short", "/l/" + strings.Repeat("x", 500), "/l/%00%ff",
		"/l/" + strings.Repeat("=", 22), "/o/" + todo.Token{1}.String(), "/o/x"} {
		answer := b.get(path)
		assert.Equal(t, http.StatusNotFound, answer.StatusCode, path)
		assert.Equal(t, "noindex", answer.Header.Get("X-Robots-Tag"))
		answer.Header.Del("Date")
		answer.Header.Del("X-Request-Id")
		answers[fmt.Sprint(answer.Header)+reference.ReplaceAllString(answer.text, "")] = true
		for _, form := range []string{"/add", "/items/1/delete", "/undo"} {
			if strings.HasPrefix(path, "/l/") {
				assert.Equal(t, http.StatusNotFound, b.post(path+form, "todo", "x", "undo", "x").StatusCode, path+form)
			}
		}
	}
	assert.Len(t, answers, 1)
}

func TestABrowserWhoseListIsGoneBeginsANewOne(t *testing.T) {
	s := newSite(t)
	b := s.browser()
	b.add("old")
	old := b.owner()
	s.memory.lists = nil // expired
	answer := b.get("/")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode)
	assert.Contains(t, answer.text, "The list that this browser knew is no longer there.")
	assert.Equal(t, http.StatusNotFound, b.post("/items/1/toggle", "completed", "true").StatusCode)
	malformed := s.browser().get("/", "Cookie", cookieName+"=nonsense")
	assert.Equal(t, steady(answer), steady(malformed))

	assert.Equal(t, "/", b.back("/add", "todo", "new", "key", answer.key(t)))
	assert.NotEqual(t, old, b.owner())
	assert.Contains(t, b.get("/").text, ">new</bdi>")
}
