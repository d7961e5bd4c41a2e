// Package browser tries the app as visitors have it: in Chromium, through nginx
// with TLS as on the web host, from two slots of the app on a real Postgres.
// Only there a __Host- cookie, a content policy and HTTP/2 prove anything.
//
// Screenshots of what it sees are in .artifacts/browser/, to be looked at.
package browser

import (
	"os"
	"testing"

	"crosscloud/app/pgdev"
)

func TestMain(m *testing.M) {
	code := pgdev.Main(m)
	chromium.stop()
	os.Exit(code)
}
