//go:build drills

package drills

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// shareLink is what the browser's owner would hand to others.
func (s *stack) shareLink(t *testing.T) string {
	t.Helper()
	client := s.visitor(t)
	defer client.CloseIdleConnections()
	links := page(t, client, s.url+"share")
	found := regexp.MustCompile(`value="(` + regexp.QuoteMeta(s.url) + `l/[A-Za-z0-9_-]{22})"`).FindStringSubmatch(links)
	require.NotNil(t, found, "%s", links)
	return found[1]
}

// keys are what opens the list: the tokens of its cookie and of its share link.
func (s *stack) keys(t *testing.T) map[string]string {
	t.Helper()
	site, err := url.Parse(s.url)
	require.NoError(t, err)
	cookies := s.cookies.Cookies(site)
	require.Len(t, cookies, 1)
	return map[string]string{"cookie": cookies[0].Value, "share link": path.Base(s.shareLink(t))}
}

// stranger is a browser that has never been here.
func (s *stack) stranger(t *testing.T) *http.Client {
	t.Helper()
	client := s.visitor(t)
	client.Jar = nil
	t.Cleanup(client.CloseIdleConnections)
	return client
}
