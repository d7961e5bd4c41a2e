//go:build drills

// Package drills boots one stack on the twin and tries on it what the README
// promises. The drills share that stack, so they run one after the other.
package drills

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// twinName keeps the drills' twin apart from the one that `make up` runs.
const twinName = "test"

// booted is the stack that TestMain brought up.
var booted *stack

// stack is a copy of the project, so that a drill may edit the app, and the
// twin that runs it.
type stack struct {
	root    string         // of the project under test
	project string         // of the copy
	twin    string         // the twin's binary
	dir     string         // the twin's files
	name    string         // of the Pulumi stack: the twin's own until a drill starts another one
	url     string         // of the site, through the published loopback port
	output  bytes.Buffer   // all that the twin's commands printed
	cookies *cookiejar.Jar // of the one browser that visits the site
	typed   []string       // the todos that were added in it, which no drill may lose
}

func TestMain(m *testing.M) {
	flag.Parse()
	s, err := boot()
	code := 1
	if err == nil {
		booted = s
		// Go ends a run that takes too long at once, and with it would go what the hosts said.
		if limit := flag.Lookup("test.timeout").Value.(flag.Getter).Get().(time.Duration); limit > 2*time.Minute {
			time.AfterFunc(limit-2*time.Minute, func() { _ = s.keep() })
		}
		code = m.Run()
	} else {
		fmt.Fprintln(os.Stderr, "drills: boot the stack:", err)
	}
	if code != 0 {
		if err := s.keep(); err != nil {
			fmt.Fprintln(os.Stderr, "drills: keep what the hosts said:", err)
		}
	}
	if err := s.end(); err != nil {
		fmt.Fprintln(os.Stderr, "drills: end the stack:", err)
		code = 1
	}
	os.Exit(code)
}

func boot() (*stack, error) {
	s := &stack{name: twinName}
	var err error
	if s.cookies, err = cookiejar.New(nil); err != nil {
		return s, err
	}
	if s.root, err = filepath.Abs("../.."); err != nil {
		return s, err
	}
	s.dir = filepath.Join(s.root, ".twin", twinName)
	if s.project, err = os.MkdirTemp("", "crosscloud-drills-"); err != nil {
		return s, err
	}
	s.twin = filepath.Join(s.project, ".twin-binary")
	// Without git, which a fresh machine lacks; and without what belongs to this checkout alone.
	if err := s.run(s.root, "bash", "-c", `set -o pipefail
		tar --create --exclude=./.git --exclude=./.twin --exclude=./.postgres --exclude=./.env --exclude=./infra/stacks . |
			tar --extract --directory "$0"`, s.project); err != nil {
		return s, err
	}
	if err := s.run(s.root, "go", "build", "-o", s.twin, "./infra/twin"); err != nil {
		return s, err
	}
	// Whatever an interrupted run left would make this one prove less.
	if err := s.command("down"); err != nil {
		return s, err
	}
	start := time.Now()
	if err := s.command("up"); err != nil {
		return s, err
	}
	phases.add("first up", start)
	url, err := s.read("url")
	s.url = strings.TrimSpace(url)
	return s, err
}

func (s *stack) end() error {
	phases.print(os.Stdout)
	if s.twin == "" {
		return nil
	}
	err := s.command("down")
	if err == nil {
		err = s.nothingLeft()
	}
	return errors.Join(err, os.RemoveAll(s.project))
}

// nothingLeft tells what of the drills' twin outlived `down`.
func (s *stack) nothingLeft() error {
	if _, err := os.Stat(s.dir); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("after down, %s is there (%v)", s.dir, err)
	}
	for _, kind := range [][]string{{"ps", "--all"}, {"volume", "ls"}, {"network", "ls"}} {
		if err := listsNothing(append(kind, "--filter", "label=crosscloud.twin="+twinName)...); err != nil {
			return err
		}
	}
	// The images belong to all twins: the last one removes them.
	if listsNothing("network", "ls", "--filter", "label=crosscloud.twin") != nil {
		return nil
	}
	return listsNothing("images", "--all", "--filter", "label=crosscloud.recipe")
}

// listsNothing is an error if a docker listing is not empty.
func listsNothing(args ...string) error {
	out, err := exec.Command("docker", append(args, "--quiet")...).CombinedOutput()
	if err != nil || len(bytes.TrimSpace(out)) > 0 {
		return fmt.Errorf("after down, docker %s printed %q (%v)", strings.Join(args, " "), out, err)
	}
	return nil
}

// command runs the twin's binary in the copy of the project.
func (s *stack) command(args ...string) error {
	return s.run(s.project, s.twin, args...)
}

func (s *stack) prepare(dir, name string, args ...string) *exec.Cmd {
	if s.name != twinName && args[0] == "pulumi" {
		args = append([]string{"env", "PULUMI_STACK=" + s.name}, args...)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(),
		"CROSSCLOUD_TWIN="+twinName,
		"CROSSCLOUD_TWIN_DIR="+filepath.Join(s.root, ".twin"),
	)
	return cmd
}

// run shows the command's output as it comes and keeps it for the drill that
// looks for secrets in it.
func (s *stack) run(dir, name string, args ...string) error {
	cmd := s.prepare(dir, name, args...)
	cmd.Stdout = io.MultiWriter(os.Stdout, &s.output)
	cmd.Stderr = cmd.Stdout
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", filepath.Base(name), strings.Join(args, " "), err)
	}
	return nil
}

// read answers what the command of the twin printed on its standard output.
func (s *stack) read(args ...string) (string, error) {
	cmd := s.prepare(s.project, s.twin, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("twin %s: %w", strings.Join(args, " "), err)
	}
	return string(out), err
}

func (s *stack) store() *state.Store { return state.Open(filepath.Join(s.dir, "state")) }

// machine answers the VM that the stack runs on one of the clouds.
func (s *stack) machine(t *testing.T, cloud string) state.Machine {
	t.Helper()
	m, err := s.findMachine(cloud)
	require.NoError(t, err)
	return m
}

func (s *stack) findMachine(cloud string) (state.Machine, error) {
	machines, err := state.List[state.Machine](s.store())
	if err != nil {
		return state.Machine{}, err
	}
	for _, m := range machines {
		if m.Cloud == cloud {
			return m, nil
		}
	}
	return state.Machine{}, fmt.Errorf("the stack has no machine on %s", cloud)
}

// inside runs a command in a VM, as its console would. Drills only: no
// operator's command may come in this way.
func inside(t *testing.T, m state.Machine, command ...string) string {
	t.Helper()
	return docker(t, append([]string{"exec", m.Container}, command...)...)
}

// page answers the text of a page that must be there.
func page(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s", body)
	return string(body)
}
