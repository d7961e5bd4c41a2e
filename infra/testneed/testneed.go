// Package testneed is what a test does that lacks a tool or a service on this machine.
package testneed

import (
	"os"
	"testing"
)

// Missing skips the test and says why. Where CI=true, as in `make test`, which installs what the tests need, it fails
// the test instead: a skip would look like a pass.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must run this test: "+format, args...)
	}
	t.Skipf("NOT TESTED: "+format, args...)
}
