// The twin runs a command against a double of both clouds on this machine: go run ./infra/twin pulumi up. What the
// command is told of the clouds' provider plugins leads to servers in this process; the VMs and the clouds' services are
// containers, which stay until `down`.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"crosscloud/infra/twin/services"
)

const usage = `usage: twin COMMAND [ARGS]

  up        run pulumi up on the twin's stack and print the site's URL
  down      destroy the stack and everything that the twin runs
  url       print the site's URL
  setup     install what the twin needs; with --for-tests, what the tests need, too
  tools     run a command with the engine and Pulumi that setup found or installed: twin tools go test ./...

Any other command runs against the twin, pulumi for example. The twin's name is CROSSCLOUD_TWIN (local), its files are
in CROSSCLOUD_TWIN_DIR (.twin).
`

func main() {
	os.Exit(report(os.Stderr, run(os.Args[1:])))
}

// report says why a run failed, unless all there is to say is that a command did, which has said why itself. It returns
// the exit code: that command's, or 1.
func report(w io.Writer, err error) int {
	if err == nil {
		return 0
	}
	code, ok := errors.AsType[exitCode](err)
	if !ok {
		code = 1
	}
	if !ok || err.Error() != code.Error() {
		fmt.Fprintln(w, "twin:", err)
	}
	return int(code)
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if args[0] == "services" && len(args) == 2 { // the process in the services' container
		return services.Run(ctx, services.Options{Dir: args[1]})
	}
	t, err := open()
	if err != nil {
		return err
	}
	switch args[0] {
	case "up":
		return t.up(ctx)
	case "down":
		return t.down(ctx)
	case "url":
		return t.printURL(ctx)
	case "setup":
		return t.setup(ctx, args[1:])
	case "tools":
		if len(args) == 1 {
			return errors.New(usage)
		}
		if err := t.tools(ctx); err != nil {
			return err
		}
		return errors.Join(t.execute(ctx, args[1:]...), t.alone(ctx, func() error { return t.stopEngine(ctx) }))
	}
	if err := t.start(ctx); err != nil {
		return err
	}
	return t.execute(ctx, args...)
}
