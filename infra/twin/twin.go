package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/images"
	"crosscloud/infra/twin/machine"
	"crosscloud/infra/twin/services"
	"crosscloud/infra/twin/setup"
	"crosscloud/infra/twin/state"
)

const (
	region  = "us-east-1"       // the AWS region that the twin plays
	project = "crosscloud-twin" // the GCP project that it has
)

// twin is one instance: the project it is of, its files, and the machines.
type twin struct {
	name    string // also the name of its stack
	root    string // of the project
	shared  string // .twin: what all instances share
	engine  *machine.Engine
	env     cloud.Env
	environ []string // of the commands that run against it

	ownEngine bool // Docker's engine is the twin's own
	phases    phases
}

// open finds the instance that the environment names, of the project around the working directory. Nothing is started.
func open() (*twin, error) {
	root, err := projectRoot()
	if err != nil {
		return nil, err
	}
	t := &twin{name: cmp.Or(os.Getenv("CROSSCLOUD_TWIN"), "local"), root: root}
	if t.shared, err = filepath.Abs(cmp.Or(os.Getenv("CROSSCLOUD_TWIN_DIR"), filepath.Join(root, ".twin"))); err != nil {
		return nil, err
	}
	// Tools that this machine has come first. Root's tools are not on everybody's PATH.
	os.Setenv("PATH", os.Getenv("PATH")+":"+t.bin()+":/usr/sbin:/sbin")
	t.engine, err = machine.New(t.shared, t.name, images.New(root, filepath.Join(t.shared, "cache"), setup.Packages))
	return t, err
}

func (t *twin) bin() string       { return filepath.Join(t.shared, "bin") }
func (t *twin) dockerDir() string { return filepath.Join(t.shared, "docker") }

// projectRoot is the nearest directory upwards that has a Pulumi project.
func projectRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "Pulumi.yaml")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no Pulumi.yaml in %s or above", start)
		}
	}
}

// setup installs what is missing.
func (t *twin) setup(ctx context.Context, args []string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	forTests := len(args) == 1 && args[0] == "--for-tests"
	if len(args) > 0 && !forTests {
		return errors.New(usage)
	}
	var missing error
	if forTests {
		missing = setup.Packages(ctx, setup.ForTests...)
		if os.Geteuid() != 0 {
			missing = errors.Join(missing, errors.New("the tests need root, as they make network namespaces: run them with sudo"))
		}
	}
	// Who must install by hand wants to know all that is missing at once.
	return t.alone(ctx, func() error {
		if err := errors.Join(missing, t.findEngine(ctx)); err != nil {
			return err
		}
		return t.toolsAndImages(ctx)
	})
}

// tools finds or installs the Docker engine and Pulumi.
func (t *twin) tools(ctx context.Context) error {
	return t.alone(ctx, func() error {
		if err := t.findEngine(ctx); err != nil {
			return err
		}
		return setup.Pulumi(ctx, t.root, t.bin())
	})
}

// toolsAndImages makes what runs on the engine that was found: Pulumi and the base images, at the same time, as one waits
// for the archive and the other for the processors.
func (t *twin) toolsAndImages(ctx context.Context) error {
	pulumi := make(chan error, 1)
	go func() { pulumi <- setup.Pulumi(ctx, t.root, t.bin()) }()
	return errors.Join(t.engine.EnsureImages(ctx, os.Stderr), <-pulumi)
}

// findEngine finds or installs the Docker engine.
func (t *twin) findEngine(ctx context.Context) error {
	host, err := setup.Engine(ctx, t.dockerDir())
	if err != nil {
		return err
	}
	t.useEngine(host)
	return nil
}

// useEngine makes every docker command of this process and of those it starts go to the engine at host.
func (t *twin) useEngine(host string) {
	if host != "" {
		os.Setenv("DOCKER_HOST", host)
		t.ownEngine = true
	}
}

// stopEngine ends the twin's own engine if nothing is left in it. An engine that a twin around this one found first is
// that one's to end.
func (t *twin) stopEngine(ctx context.Context) error {
	if !t.ownEngine {
		return nil
	}
	return setup.StopEngine(ctx, t.dockerDir())
}

// start makes the twin ready for a command: installs, builds and starts what is missing, and serves the providers until
// ctx ends.
func (t *twin) start(ctx context.Context) error {
	return t.alone(ctx, func() error {
		if err := t.prepare(ctx); err != nil {
			return err
		}
		return t.phases.time("providers and stack", func() error {
			if err := t.serve(ctx); err != nil {
				return err
			}
			return t.ensureStack(ctx)
		})
	})
}

// prepare is the part of start that an interrupt may end at any time.
func (t *twin) prepare(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	err := t.phases.time("tools and images", func() error {
		if err := t.findEngine(ctx); err != nil {
			return err
		}
		return t.toolsAndImages(ctx)
	})
	if err != nil {
		return err
	}
	return t.phases.time("network and services", func() error { return t.startServices(ctx) })
}

func (t *twin) startServices(ctx context.Context) error {
	if err := t.engine.EnsureNetwork(ctx); err != nil {
		return err
	}
	t.env = t.cloudEnv()
	if err := services.EnsureCA(t.engine.Dir()); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return t.engine.EnsureServices(ctx, self)
}

func (t *twin) cloudEnv() cloud.Env {
	store := state.Open(filepath.Join(t.engine.Dir(), "state"))
	return cloud.Env{
		Store: store, Machines: t.engine, Dir: t.engine.Dir(),
		Subnet: t.engine.Subnet(), Services: t.engine.ServicesAddress(), Hosts: services.Hostnames(region),
		Account: services.Account, Region: region, Project: project,
		OperatorToken: func(context.Context) (string, error) { return services.OperatorToken(store) },
	}
}

func (t *twin) printURL(ctx context.Context) error {
	host, err := setup.FindEngine(ctx, t.dockerDir())
	if err != nil {
		return err
	}
	t.useEngine(host)
	url, err := t.engine.DoorURL(ctx)
	if err != nil {
		return fmt.Errorf("the twin does not run: %w", err)
	}
	fmt.Println(url)
	return nil
}
