package pgdev

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// shared is the server of this test binary: started by Main, one fresh
// database for each test.
var (
	shared    *Server
	sharedErr error
	databases atomic.Int64
)

// Main runs a package's tests with a Postgres of their own; call it from
// TestMain and exit with its result.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "pgdev-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	// The directory is thrown away, so nothing is worth waiting for the disk.
	shared, sharedErr = Start(context.Background(), dir, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	if sharedErr == nil {
		defer shared.Stop()
	}
	return m.Run()
}

// Database returns the URL of an empty database of the test's own. Without
// Postgres on the machine the test is skipped, and fails where CI is set: a
// suite that silently tests nothing must not be green there.
func Database(t testing.TB) string {
	t.Helper()
	switch {
	case shared == nil && sharedErr == nil:
		t.Fatal("pgdev.Database needs a TestMain that calls pgdev.Main")
	case errors.Is(sharedErr, ErrNotInstalled) && os.Getenv("CI") == "":
		t.Skipf("SKIPPED, NOT TESTED: %v", sharedErr)
	case sharedErr != nil:
		t.Fatal(sharedErr)
	}
	name := fmt.Sprintf("test_%d_%s", databases.Add(1), strings.ToLower(t.Name()))
	url, err := shared.EnsureDatabase(t.Context(), name[:min(len(name), 63)]) // Postgres's limit for a name
	if err != nil {
		t.Fatal(err)
	}
	return url
}
