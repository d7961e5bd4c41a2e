// Package pgdev runs a private Postgres from the binaries installed on this
// machine, for `make dev` and for tests. The app itself never imports it.
package pgdev

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"crosscloud/app/pgdev/transcript"
)

const (
	role         = "todo"
	startTimeout = 60 * time.Second
	stopTimeout  = 30 * time.Second
)

// ErrRunning means that another server runs on the data.
var ErrRunning = errors.New("a Postgres runs on these data")

// Server is a running Postgres that listens on a free loopback port and
// nowhere else. It has one role, which owns everything and has a password:
// other users of the machine can reach the port too.
type Server struct {
	port     int
	password string
	command  func() *exec.Cmd
	process  *exec.Cmd
	exited   chan struct{}
	log      *transcript.Buffer
}

// Start initialises dir (once) and starts a Postgres on it. Data survive
// Stop: a second Start on the same directory continues where it ended.
// Settings are "name=value" pairs for the server.
func Start(ctx context.Context, dir string, settings ...string) (*Server, error) {
	installed, err := Find()
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	run, err := newRunner(dir)
	if err != nil {
		return nil, err
	}
	// One cluster per major version: the data of another one cannot be opened,
	// and must not be thrown away because a package was upgraded.
	data := filepath.Join(dir, installed.Major)
	password, err := initialise(ctx, run, installed, data)
	if err != nil {
		return nil, fmt.Errorf("create a Postgres cluster in %s: %w", data, err)
	}
	for attempt := 1; ; attempt++ {
		s, err := launch(ctx, run, installed, data, password, settings)
		// The port was free a moment ago, which is as sure as it gets.
		if err != nil && attempt < 3 && strings.Contains(err.Error(), "Address already in use") {
			continue
		}
		return s, err
	}
}

// initialise makes a cluster in data unless there is one, and returns its
// password. An interrupted initdb leaves no password file beside the cluster,
// so it starts over.
func initialise(ctx context.Context, run *runner, installed Installation, data string) (string, error) {
	passwordFile := data + ".password"
	stored, err := os.ReadFile(passwordFile)
	if err == nil {
		return string(stored), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.RemoveAll(data); err != nil {
		return "", err
	}
	password := rand.Text()
	fresh := passwordFile + ".new"
	if err := os.WriteFile(fresh, []byte(password), 0o600); err != nil {
		return "", err
	}
	if err := run.own(fresh); err != nil {
		return "", err
	}
	// The locale is fixed so that sorting is the same on every machine.
	cmd := run.command(ctx, installed.Path("initdb"), "--pgdata="+data, "--username="+role, "--pwfile="+fresh,
		"--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w\n%s", err, bytes.TrimSpace(output))
	}
	return password, os.Rename(fresh, passwordFile)
}

func launch(ctx context.Context, run *runner, installed Installation, data, password string, settings []string) (*Server, error) {
	port, err := FreePort()
	if err != nil {
		return nil, err
	}
	args := []string{"-D", data, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "logging_collector=off"}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	s := &Server{port: port, password: password}
	// Not bound to ctx: killing a postmaster is not how to end it (see Stop).
	s.command = func() *exec.Cmd {
		return run.command(context.WithoutCancel(ctx), installed.Path("postgres"), args...)
	}
	err = s.start(ctx)
	if err != nil && strings.Contains(s.log.String(), `lock file "postmaster.pid" already exists`) {
		return nil, fmt.Errorf("%w: %s", ErrRunning, data)
	}
	if err != nil {
		return nil, fmt.Errorf("start Postgres %s on %s: %w\n%s", installed.Major, data, err, s.log)
	}
	return s, nil
}

func (s *Server) start(ctx context.Context) error {
	s.process, s.exited, s.log = s.command(), make(chan struct{}), &transcript.Buffer{Limit: 8 << 10}
	s.process.Stdout, s.process.Stderr = s.log, s.log
	if err := s.process.Start(); err != nil {
		return err
	}
	process, exited := s.process, s.exited
	go func() {
		process.Wait() // how it ended stands in the log
		close(exited)
	}()
	if err := s.awaitStart(ctx); err != nil {
		s.Stop()
		return err
	}
	return nil
}

// Restart stops the server and starts it again on its port.
func (s *Server) Restart(ctx context.Context) error {
	s.Stop()
	if err := s.start(ctx); err != nil {
		return fmt.Errorf("restart Postgres: %w\n%s", err, s.log)
	}
	return nil
}

func (s *Server) awaitStart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.exited:
			return errors.New("it exited")
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// URL is the address of one of the server's databases.
func (s *Server) URL(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(role, s.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable", // it never leaves the loopback interface
	}
	return u.String()
}

// EnsureDatabase creates a database unless it exists, and returns its URL.
func (s *Server) EnsureDatabase(ctx context.Context, name string) (string, error) {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	var exists bool
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&exists)
	if err != nil {
		return "", err
	}
	if !exists {
		if _, err := conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize()); err != nil {
			return "", fmt.Errorf("create database %s: %w", name, err)
		}
	}
	return s.URL(name), nil
}

// Stop ends the server: open transactions are rolled back, data are written
// out. It returns when the process is gone.
func (s *Server) Stop() {
	s.process.Process.Signal(syscall.SIGINT) // Postgres calls this "fast shutdown"
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		s.process.Process.Signal(syscall.SIGQUIT) // "immediate": recovers at the next start
		<-s.exited
	}
}

// FreePort is one of the loopback interface's that nobody listens on at the
// moment.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
