package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"crosscloud/infra/twin/command"
	"crosscloud/infra/twin/dockerbuild"
	"crosscloud/infra/twin/images"
	"crosscloud/infra/twin/machine"
	"crosscloud/infra/twin/setup"
)

// up runs pulumi up, then says how long what took, and where the site is.
func (t *twin) up(ctx context.Context) error {
	if err := t.start(ctx); err != nil {
		return err
	}
	// The first time takes minutes, for which pulumi would only show dots.
	if err := t.phases.time("program", func() error { return t.compile(ctx) }); err != nil {
		return err
	}
	err := t.phases.time("pulumi up", func() error { return t.execute(ctx, "pulumi", "up", "--yes") })
	t.phases.print(os.Stdout)
	if err != nil {
		return err
	}
	return t.printURL(ctx)
}

// compile compiles the Pulumi program, so that pulumi finds all but the link in Go's cache.
func (t *twin) compile(ctx context.Context) error {
	return command.Step(os.Stderr, "compile the Pulumi program", func() error {
		_, err := command.Run(ctx, "go", "build", "-C", t.root, "./infra/stack")
		return err
	})
}

// down destroys the stack and ends everything that the twin runs, the one even if the other fails.
func (t *twin) down(ctx context.Context) error {
	host, err := setup.FindEngine(ctx, t.dockerDir())
	if err != nil && setup.LeftContainers(t.dockerDir()) {
		host, err = setup.ReviveEngine(ctx, t.dockerDir())
	} else if err != nil {
		return t.downWithoutEngine(ctx, err)
	}
	if err != nil {
		return err
	}
	t.useEngine(host)
	var destroyed error
	if t.hasStack() {
		destroyed = t.destroy(ctx)
	}
	return errors.Join(destroyed, t.alone(ctx, func() error { return t.end(ctx) }))
}

// downWithoutEngine removes the files that are left where no engine answers. An instance that has files has run on one:
// if that is not the twin's own, its containers may be there yet, and start again with it.
func (t *twin) downWithoutEngine(ctx context.Context, reason error) error {
	files, err := os.ReadDir(t.engine.Dir())
	if err != nil {
		return err
	}
	if _, err := os.Stat(t.dockerDir()); err != nil && len(files) > 0 {
		return fmt.Errorf("no Docker engine answers, so what the twin runs on it can't be ended; start it, or remove %s if it is gone for good: %w",
			t.engine.Dir(), reason)
	}
	return errors.Join(os.RemoveAll(t.engine.Dir()), setup.StopEngine(ctx, t.dockerDir()))
}

// destroy runs pulumi destroy, for which the twin has to be up.
func (t *twin) destroy(ctx context.Context) error {
	if err := t.start(ctx); err != nil {
		return err
	}
	// An update that was killed has left its lock.
	if out, err := t.command(ctx, "pulumi", "cancel", "--yes").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s", out)
	}
	if err := t.execute(ctx, "pulumi", "destroy", "--yes"); err != nil {
		return fmt.Errorf("pulumi destroy failed, so all that it would have destroyed was removed in another way: %w", err)
	}
	return nil
}

// end removes what is the instance's, and after the last instance what is the twin's.
func (t *twin) end(ctx context.Context) error {
	if err := errors.Join(dockerbuild.Clean(ctx, t.cloudEnv()), t.engine.Down(ctx)); err != nil {
		return err
	}
	left, err := machine.Instances(ctx)
	if err != nil || left > 0 {
		return err
	}
	if err := images.Remove(ctx); err != nil {
		return err
	}
	return t.stopEngine(ctx)
}

// phases are the parts of a run and how long each took.
type phases []phase

type phase struct {
	name string
	took time.Duration
}

func (p *phases) time(name string, do func() error) error {
	start := time.Now()
	err := do()
	*p = append(*p, phase{name, time.Since(start)})
	return err
}

func (p phases) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	var total time.Duration
	for _, phase := range append(p, phase{name: "in all"}) {
		if phase.name == "in all" {
			phase.took = total
		}
		total += phase.took
		fmt.Fprintf(table, "%s\t%.1f s\t\n", phase.name, phase.took.Seconds())
	}
	table.Flush()
}
