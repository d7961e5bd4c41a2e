// Package browser tries the app as visitors have it: in Chromium, through nginx
// with TLS as on the web host, from two slots of the app on a real Postgres.
// Only there a __Host- cookie, a content policy and HTTP/2 prove anything.
//
// Screenshots of what it sees are in .artifacts/browser/, to be looked at.
package browser

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"crosscloud/app/pgdev"

	// A result of these tests is about what main is made of, which go test must
	// know to run them again.
	_ "crosscloud/app/postgres"
	_ "crosscloud/app/web"
)

// program is the path of the app's executable. The variable hands it to the
// process that runs the tests.
var program = os.Getenv(programVariable)

const programVariable = "BROWSER_TESTS_PROGRAM"

func TestMain(m *testing.M) {
	if program != "" {
		os.Exit(inside(m))
	}
	os.Exit(outside(m))
}

// outside builds the app and runs the tests in a network of their own, where
// nothing but the loopback interface exists. Chromium gives its requests up
// whenever an interface of its network comes or goes (ERR_NETWORK_CHANGED), as
// containers of other tests make them do. It takes root; others have the
// machine's network.
func outside(m *testing.M) int {
	dir, err := os.MkdirTemp("", "browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "app")
	build := exec.Command("go", "build", "-o", program, "crosscloud/app")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the app:", err)
		return 1
	}
	tests := exec.Command(os.Args[0], os.Args[1:]...)
	tests.Env = append(os.Environ(), programVariable+"="+program)
	tests.Stdout, tests.Stderr = os.Stdout, os.Stderr
	tests.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGTERM}
	if os.Geteuid() != 0 || tests.Start() != nil {
		return run(m)
	}
	tests.Wait()
	return tests.ProcessState.ExitCode()
}

func inside(m *testing.M) int {
	if output, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "start the loopback interface: %v\n%s", err, output)
		return 1
	}
	return run(m)
}

func run(m *testing.M) int {
	defer chromium.stop()
	return pgdev.Main(m)
}
