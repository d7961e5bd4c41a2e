// Package postgrestest runs a private PostgreSQL server for one test, from the binaries of this machine.
package postgrestest

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"crosscloud/infra/testneed"
)

// Options change a server from its defaults; the zero value listens on a Unix socket only.
type Options struct {
	Settings map[string]string // name → value as it stands in postgresql.conf
	HBA      string            // pg_hba.conf lines for TCP; nothing gets in over TCP without them
	Files    map[string][]byte // name in the data directory → content, readable by the server alone
}

// Server is a running server. It ends, and its files go, with the test.
type Server struct {
	Socket string // directory of the Unix socket, where user postgres gets in without a password
	Port   int    // on 127.0.0.1, and the number in the socket's name

	log      string
	bin      string
	identity *syscall.Credential // nil: this process's own
}

// Start skips the test, loudly, where no server binaries are installed; with CI=true it fails instead.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{Port: freePort(t), bin: binaries(t), identity: identity(t)}
	// Not t.TempDir: a socket's path may have 107 bytes at most, and the test's name would be in it.
	dir, err := os.MkdirTemp("", "postgrestest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s.own(t, dir)
	s.Socket = dir
	data := s.Data()
	s.run(t, "initdb", "--pgdata", data, "--username=postgres", "--auth=reject", "--no-sync", "--encoding=UTF8", "--locale=C")

	write := func(name string, content []byte) {
		path := filepath.Join(data, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		s.own(t, path)
	}
	for name, content := range o.Files {
		write(name, content)
	}
	write("pg_hba.conf", []byte("local all postgres trust\n"+o.HBA))
	settings := map[string]string{
		"listen_addresses":        "'127.0.0.1'",
		"port":                    strconv.Itoa(s.Port),
		"unix_socket_directories": "'" + dir + "'",
		"fsync":                   "off", // the data do not outlive the test
	}
	maps.Copy(settings, o.Settings)
	var conf strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&conf, "%s = %s\n", name, settings[name])
	}
	write("postgresql.conf", []byte(conf.String()))

	s.log = filepath.Join(dir, "log")
	s.run(t, "pg_ctl", "start", "--wait", "--silent", "--pgdata", data, "--log", s.log)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("server log:\n%s", s.Log(t))
		}
		s.run(t, "pg_ctl", "stop", "--wait", "--silent", "--mode=immediate", "--pgdata", data)
	})
	return s
}

// Data is the server's data directory, where its configuration is, too.
func (s *Server) Data() string { return filepath.Join(s.Socket, "data") }

// Psql runs a script as the superuser, with variables for \getenv, and returns what it printed.
func (s *Server) Psql(t testing.TB, script string, environment map[string]string) string {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, "psql"), "--no-psqlrc", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1")
	cmd.Env = append(os.Environ(), "PGHOST="+s.Socket, "PGPORT="+strconv.Itoa(s.Port), "PGUSER=postgres", "PGDATABASE=postgres")
	for name, value := range environment {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stdin = strings.NewReader(script)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("psql: %v\n%s", err, complaints.Bytes())
	}
	return strings.TrimSpace(string(out))
}

// Log is what the server has logged so far.
func (s *Server) Log(t testing.TB) string {
	t.Helper()
	content, err := os.ReadFile(s.log)
	if err != nil {
		t.Error(err)
	}
	return string(content)
}

func (s *Server) run(t testing.TB, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, program), args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.identity}
	// Output goes to a file: a pipe would stay open for as long as the server that pg_ctl leaves behind.
	out, err := os.CreateTemp("", "postgrestest-output")
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		t.Fatalf("%s: %v\n%s", program, err, said)
	}
}

func (s *Server) own(t testing.TB, path string) {
	t.Helper()
	if s.identity == nil {
		return
	}
	if err := os.Chown(path, int(s.identity.Uid), int(s.identity.Gid)); err != nil {
		t.Fatal(err)
	}
}

// binaries finds the newest installed server; Debian keeps each major version in a directory of its own.
func binaries(t testing.TB) string {
	t.Helper()
	newest, dir := 0, ""
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	for _, path := range found {
		bin := filepath.Dir(path)
		if major, err := strconv.Atoi(filepath.Base(filepath.Dir(bin))); err == nil && major > newest {
			newest, dir = major, bin
		}
	}
	if dir != "" {
		return dir
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	testneed.Missing(t, "no PostgreSQL server binaries on this machine (Debian: apt-get install postgresql)")
	return ""
}

// identity returns whom to run the server as: PostgreSQL refuses to run as root.
func identity(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(account.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(account.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	t.Fatal("running as root, and neither user postgres nor nobody exists to run the server as")
	return nil
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
