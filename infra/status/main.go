// Status prints what both hosts of a stack say of themselves: go run ./infra/status, in the project's root.
//
// It reads what they publish through the stack's own providers, so it needs the credentials of `pulumi up` and nothing
// else. The stack is the selected one, or STACK.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"crosscloud/infra/hoststatus"
)

const (
	// patience is for everything: Pulumi's backend, and two providers, which Pulumi may have to download first.
	patience = 10 * time.Minute
	// readPatience is for what both hosts published, once Pulumi runs.
	readPatience = 2 * time.Minute
)

// errUnwell is for a stack whose hosts are not all well; the report says why.
var errUnwell = errors.New("not all is well")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, "."); err != nil {
		fmt.Fprintln(os.Stderr, "status:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, project string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	stack, err := openStack(ctx, project, os.Getenv("STACK"))
	if err != nil {
		return err
	}
	at, err := stack.whereabouts(ctx)
	if err != nil {
		return err
	}
	said, err := stack.ask(ctx, at, readPatience)
	if err != nil {
		return err
	}
	well := true
	for _, host := range []struct {
		name, asked string
		said        answer
	}{
		{"database", at.databaseRevision, said.database},
		{"web host", at.webRevision, said.web},
	} {
		if host.said.err != nil {
			fmt.Fprintf(w, "%s: what it published can't be read: %v\n", host.name, host.said.err)
			well = false
		} else if !hoststatus.Parse(host.said.text).Report(w, host.name, host.asked, time.Now()) {
			well = false
		}
	}
	if !well {
		return errUnwell
	}
	return nil
}
