package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/faults"
	"crosscloud/nginx/nginxtest"
)

// hearsay is what servers were told about where their visitors come from: for
// each address that was asked for, the header Referer ("" if there was none).
type hearsay struct {
	mu      sync.Mutex
	referer map[string][]string
}

func (h *hearsay) note(r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.referer == nil {
		h.referer = map[string][]string{}
	}
	h.referer[r.URL.RequestURI()] = append(h.referer[r.URL.RequestURI()], r.Referer())
}

func (h *hearsay) of(address string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.referer[address]
}

// before is the address of a server that listens and passes on to a slot.
func (h *hearsay) before(t *testing.T, slot string) (address string) {
	t.Helper()
	server := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		h.note(r.In)
		r.SetURL(&url.URL{Scheme: "http", Host: slot})
		r.Out.Host = r.In.Host
		r.Out.Header["X-Forwarded-Proto"] = r.In.Header["X-Forwarded-Proto"]
	}})
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// elsewhere is the url of another site, which says nothing about referrers.
func (h *hearsay) elsewhere(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.note(r)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,"><p>Hello</p>`)
	}))
	t.Cleanup(server.Close)
	slot := server.Listener.Addr().String()
	return "https://" + nginxtest.Start(t, slot, slot).HTTPS
}

// Whoever has a list's address has the list. Nobody is told it by where a
// visitor comes from, neither another site nor, for its logs, our own.
func TestNobodyHearsWhereAVisitorComesFrom(t *testing.T) {
	t.Parallel()
	var ours, theirs hearsay
	s := &site{database: faults.New(t, pgdev.Database(t))}
	s.Proxy = nginxtest.Start(t, ours.before(t, s.startSlot(t, "blue")), ours.before(t, s.startSlot(t, "green")))
	s.url, s.protocol = "https://"+s.HTTPS, "h2"
	elsewhere := theirs.elsewhere(t)

	v := s.newVisitor(t)
	v.open("/")
	v.add("Milk")
	v.press("link", "Share and save link")
	share, recovery := v.link("Link for others"), v.link("Link for yourself")
	v.open(share)
	v.add("Bread") // forms and links of a page with a secret address
	v.press("link", "Active")
	v.shows("2 of 2 left", "[ ] Bread", "[ ] Milk")
	v.press("button", "Delete Bread")
	v.shows("1 of 1 left", "[ ] Milk")
	missing := "/l/" + strings.Repeat("A", 22)
	v.expectFailure(missing)

	for n, from := range []string{"/", "/share", share + "?show=active", recovery, missing} {
		v.open(from)
		subresources := fmt.Sprintf(`(async () => {
			const image = (src) => new Promise((done) => { const i = new Image(); i.onload = i.onerror = done; i.src = src; });
			await fetch('/healthz?fetch-%[1]d');
			await image('/favicon.ico?image-%[1]d');
			await fetch(%[2]q + '/fetch-%[1]d').catch(() => {});
			await image(%[2]q + '/image-%[1]d');
			document.title = 'done';
		})(); 0`, n, elsewhere)
		evaluate[int](v, subresources)
		v.untilTrue("document.title === 'done'")
		assert.Equal(t, []string{""}, ours.of(fmt.Sprintf("/healthz?fetch-%d", n)), from)
		assert.Equal(t, []string{""}, ours.of(fmt.Sprintf("/favicon.ico?image-%d", n)), from)
		for _, blocked := range []string{"fetch", "image"} {
			assert.Empty(t, theirs.of(fmt.Sprintf("/%s-%d", blocked, n)), "the content policy has it that nobody else is asked")
		}

		for how, leave := range map[string]func(address string){
			"by a link": func(address string) {
				evaluate[int](v, `document.querySelector('main').append(Object.assign(document.createElement('a'), {href: `+quoted(address)+`, textContent: 'Away'})); 0`)
				v.press("link", "Away")
			},
			"by a script": func(address string) { evaluate[int](v, "location.href = "+quoted(address)+"; 0") },
		} {
			for to, heard := range map[string]*hearsay{elsewhere: &theirs, s.url: &ours} {
				v.open(from)
				address := fmt.Sprintf("/robots.txt?%d-%s", n, strings.ReplaceAll(how, " ", "-"))
				leave(to + address)
				v.untilTrue("location.href === " + quoted(to+address))
				require.Equal(t, []string{""}, heard.of(address), "%s from %s %s", to, from, how)
			}
		}
	}

	// The ears work: another site's pages say where they are, and our own site
	// hears of the site.
	v.open("/")
	evaluate[int](v, "location.href = "+quoted(elsewhere+"/secret")+"; 0")
	v.untilTrue("location.pathname === '/secret'")
	for _, to := range []string{elsewhere + "/robots.txt?control", s.url + "/robots.txt?control"} {
		evaluate[int](v, "fetch("+quoted(to)+", {mode: 'no-cors'}); 0")
	}
	v.untilTrue("performance.getEntriesByType('resource').length >= 2")
	assert.Equal(t, []string{elsewhere + "/secret"}, theirs.of("/robots.txt?control"))
	assert.Equal(t, []string{elsewhere + "/"}, ours.of("/robots.txt?control"))

	ours.mu.Lock()
	defer ours.mu.Unlock()
	delete(ours.referer, "/robots.txt?control")
	for address, referers := range ours.referer {
		for _, referer := range referers {
			assert.Empty(t, referer, address)
		}
	}
	assert.Greater(t, len(ours.referer), 20)
	v.forget() // it was elsewhere, on purpose
}
