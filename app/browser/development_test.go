package browser

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/faults"
)

// A browser takes the list's cookie over http from this machine, and the page
// follows its files and the app.
func TestADeveloperSeesChangesAtOnce(t *testing.T) {
	checkout := t.TempDir()
	for _, files := range []string{"templates", "static"} {
		require.NoError(t, os.CopyFS(filepath.Join(checkout, "app/web", files), os.DirFS("../web/"+files)))
	}
	s := &site{database: faults.New(t, pgdev.Database(t)), protocol: "http/1.1"}
	address, stop := s.startApp(t, "first", checkout, "APP_SETTINGS=development", "LISTEN=127.0.0.1:0")
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	s.url = "http://localhost:" + port

	v := s.newVisitor(t)
	v.open("/")
	v.add("Buy milk")
	v.do(chromedp.Reload())
	v.shows("1 of 1 left", "[ ] Buy milk")
	assert.Equal(t, "__Host-list", v.cookies()[0].Name)

	layout := filepath.Join(checkout, "app/web/templates/layout.html")
	text, err := os.ReadFile(layout)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(layout, []byte(strings.Replace(string(text), "<main>", `<main id="changed">`, 1)), 0o644))
	v.untilTrue("document.querySelector('main').id === 'changed'")
	v.shows("1 of 1 left", "[ ] Buy milk")

	v.untilTrue("changes.readyState === EventSource.OPEN")
	v.do(chromedp.Evaluate("document.title = 'of before'", nil))
	v.expectFailure("/development/changes") // while nothing answers
	stop()
	s.startApp(t, "second", checkout, "APP_SETTINGS=development", "LISTEN="+address)
	v.untilTrue("document.title !== 'of before'")
	v.shows("1 of 1 left", "[ ] Buy milk")
}
