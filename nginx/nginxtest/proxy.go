// Package nginxtest runs a real nginx with the shipped configuration, for tests.
package nginxtest

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"crosscloud/nginx"
)

// Proxy is a real nginx with the shipped files, moved to a directory and to
// ports of its own.
type Proxy struct {
	Dir       string
	HTTP      string // address of the plain port
	HTTPS     string
	Upstream  string // path of the slots' file
	AccessLog string
	ErrorLog  string
	Process   *os.Process
}

// binary finds nginx. Without it the tests are skipped, loudly, and fail where
// CI is set: a suite that tests nothing must not be green there.
func binary(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/nginx") // not on the PATH of ordinary users
	}
	if err != nil {
		message := "nginx is not installed (apt-get install --no-install-recommends nginx)"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip("SKIPPED, NOT TESTED: " + message)
	}
	return path
}

// Start runs nginx in front of two slots.
func Start(t *testing.T, blue, green string) *Proxy {
	t.Helper()
	command := binary(t)
	p := &Proxy{Dir: t.TempDir(), HTTP: freeAddress(t), HTTPS: freeAddress(t)}
	etc := filepath.Join(p.Dir, "etc", "nginx")
	p.Upstream = filepath.Join(etc, "crosscloud", "upstream.conf")
	p.AccessLog, p.ErrorLog = filepath.Join(p.Dir, "access.log"), filepath.Join(p.Dir, "error.log")
	p.install(t, command, etc, map[string]string{"127.0.0.1:8001": blue, "127.0.0.1:8002": green})
	p.certify(t)

	config := filepath.Join(etc, "nginx.conf")
	globals := "daemon off;"
	output, err := exec.Command(command, "-t", "-p", p.Dir, "-c", config, "-g", globals).CombinedOutput()
	require.NoError(t, err, "nginx -t: %s", output)
	require.NotContains(t, string(output), "[warn]")

	cmd := exec.Command(command, "-p", p.Dir, "-c", config, "-g", globals)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	p.Process = cmd.Process
	t.Cleanup(func() {
		p.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(p.ErrorLog)
			t.Logf("nginx's error log:\n%s%s", stderr.String(), log)
		}
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", p.HTTPS)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, 10*time.Second, 20*time.Millisecond, "nginx does not listen: %s", &stderr)
	return p
}

// install copies the shipped files and changes what cannot be the same in a
// test: paths, ports, the user, and the slots' addresses. Every replacement
// must find something, or the shipped files have moved on.
func (p *Proxy) install(t *testing.T, command, etc string, slots map[string]string) {
	t.Helper()
	replacements := map[string]string{
		"/etc/nginx/":            etc + "/",
		"/etc/crosscloud/tls/":   p.Dir + "/",
		"/run/nginx.pid":         p.Dir + "/nginx.pid",
		"/var/log/nginx/":        p.Dir + "/",
		"user www-data;":         "",
		"listen 80 ":             "listen " + p.HTTP + " ",
		"listen 443 ":            "listen " + p.HTTPS + " ",
		"\nhttp {":               "\nhttp {\n" + temporaryPaths(p.Dir),
		"worker_processes auto;": "worker_processes 2;",
	}
	for from, to := range slots {
		replacements[from] = to
	}
	if !hasHTTP2Directive(t, command) {
		// Debian 12's nginx spells it as a parameter of listen.
		replacements["http2 on;"] = ""
		replacements["listen 443 "] = "listen " + p.HTTPS + " http2 "
	}
	if os.Geteuid() == 0 {
		// Nobody else may enter the test's directory.
		replacements["user www-data;"] = "user root;"
	}
	found := map[string]bool{}
	require.NoError(t, fs.WalkDir(nginx.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := nginx.Files.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(content)
		for from, to := range replacements {
			if strings.Contains(text, from) {
				found[from] = true
				text = strings.ReplaceAll(text, from, to)
			}
		}
		target := filepath.Join(etc, path)
		return errors.Join(os.MkdirAll(filepath.Dir(target), 0o755), os.WriteFile(target, []byte(text), 0o644))
	}))
	for from := range replacements {
		require.True(t, found[from], "no shipped file says %q", from)
	}
}

// temporaryPaths replaces directories that only the package's user may write.
func temporaryPaths(dir string) string {
	var lines strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		lines.WriteString("    " + kind + "_temp_path " + filepath.Join(dir, kind) + ";\n")
	}
	return lines.String()
}

// hasHTTP2Directive is true from nginx 1.25.1 on.
func hasHTTP2Directive(t *testing.T, command string) bool {
	t.Helper()
	output, err := exec.Command(command, "-v").CombinedOutput()
	require.NoError(t, err)
	version := regexp.MustCompile(`nginx/(\d+)\.(\d+)\.(\d+)`).FindStringSubmatch(string(output))
	require.NotNil(t, version, "%s", output)
	number := 0
	for _, part := range version[1:] {
		n, err := strconv.Atoi(part)
		require.NoError(t, err)
		number = number*1000 + n
	}
	return number >= 1_025_001
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
