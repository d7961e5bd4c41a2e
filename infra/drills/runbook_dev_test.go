//go:build drills

package drills

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A list that a developer makes on this machine is the same list on the site.
func aDevelopersAppHasTheStacksData(t *testing.T, c *commands) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	t.Setenv("LISTEN", address)

	dev := group(c.next(t, io.Discard))
	require.NoError(t, dev.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = dev.Wait() // interrupted, it may tell so
	}()
	end := sync.OnceFunc(func() {
		_ = signal(dev, syscall.SIGINT) // a terminal's Ctrl-C
		<-ended
	})
	t.Cleanup(end)
	site := &http.Client{
		Timeout:       wait,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer site.CloseIdleConnections()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		assert.NoError(c, get(site, "http://"+address+"/readyz"))
	}, patience, step)

	const title = "typed at a desk"
	answer, err := site.PostForm("http://"+address+"/add", url.Values{"todo": {title}})
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Len(t, answer.Cookies(), 1, "the key of the list")

	visit, err := http.NewRequest(http.MethodGet, booted.url, nil)
	require.NoError(t, err)
	visit.AddCookie(answer.Cookies()[0])
	visitor := booted.visitor(t)
	visitor.Jar = nil // it has another list
	defer visitor.CloseIdleConnections()
	page, err := visitor.Do(visit)
	require.NoError(t, err)
	defer page.Body.Close()
	text, err := io.ReadAll(page.Body)
	require.NoError(t, err)
	require.Contains(t, string(text), title)

	end()
	require.Error(t, get(site, "http://"+address+"/readyz"), "nothing is left of it")
}
