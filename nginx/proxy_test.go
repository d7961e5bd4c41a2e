package nginx

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"net/http"
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
)

// proxy is a real nginx with the shipped files, moved to a directory and to
// ports of its own.
type proxy struct {
	dir        string
	http       string // address of the plain port
	https      string
	upstream   string // path of the slots' file
	accessLog  string
	errorLog   string
	process    *os.Process
	clientRoot *x509.CertPool
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

// startProxy runs nginx in front of two slots.
func startProxy(t *testing.T, blue, green string) *proxy {
	t.Helper()
	nginx := binary(t)
	p := &proxy{dir: t.TempDir(), http: freeAddress(t), https: freeAddress(t)}
	etc := filepath.Join(p.dir, "etc", "nginx")
	p.upstream = filepath.Join(etc, "crosscloud", "upstream.conf")
	p.accessLog, p.errorLog = filepath.Join(p.dir, "access.log"), filepath.Join(p.dir, "error.log")
	p.install(t, nginx, etc, map[string]string{"127.0.0.1:8001": blue, "127.0.0.1:8002": green})
	p.certify(t)

	config := filepath.Join(etc, "nginx.conf")
	globals := "daemon off;"
	output, err := exec.Command(nginx, "-t", "-p", p.dir, "-c", config, "-g", globals).CombinedOutput()
	require.NoError(t, err, "nginx -t: %s", output)
	require.NotContains(t, string(output), "[warn]")

	cmd := exec.Command(nginx, "-p", p.dir, "-c", config, "-g", globals)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	require.NoError(t, cmd.Start())
	p.process = cmd.Process
	t.Cleanup(func() {
		p.process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if t.Failed() {
			log, _ := os.ReadFile(p.errorLog)
			t.Logf("nginx's error log:\n%s%s", stderr.String(), log)
		}
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", p.https)
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
func (p *proxy) install(t *testing.T, nginx, etc string, slots map[string]string) {
	t.Helper()
	replacements := map[string]string{
		"/etc/nginx/":            etc + "/",
		"/etc/crosscloud/tls/":   p.dir + "/",
		"/run/nginx.pid":         p.dir + "/nginx.pid",
		"/var/log/nginx/":        p.dir + "/",
		"user www-data;":         "",
		"listen 80 ":             "listen " + p.http + " ",
		"listen 443 ":            "listen " + p.https + " ",
		"\nhttp {":               "\nhttp {\n" + temporaryPaths(p.dir),
		"worker_processes auto;": "worker_processes 2;",
	}
	for from, to := range slots {
		replacements[from] = to
	}
	if !hasHTTP2Directive(t, nginx) {
		// Debian 12's nginx spells it as a parameter of listen.
		replacements["http2 on;"] = ""
		replacements["listen 443 "] = "listen " + p.https + " http2 "
	}
	if os.Geteuid() == 0 {
		// Nobody else may enter the test's directory.
		replacements["user www-data;"] = "user root;"
	}
	found := map[string]bool{}
	require.NoError(t, fs.WalkDir(Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := Files.ReadFile(path)
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
func hasHTTP2Directive(t *testing.T, nginx string) bool {
	t.Helper()
	output, err := exec.Command(nginx, "-v").CombinedOutput()
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

// certify makes a self-signed certificate, as a new host does.
func (p *proxy) certify(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: certificate},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: private},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(p.dir, name), pem.EncodeToMemory(block), 0o600))
	}
	p.clientRoot = x509.NewCertPool()
	parsed, err := x509.ParseCertificate(certificate)
	require.NoError(t, err)
	p.clientRoot.AddCert(parsed)
}

func (p *proxy) tlsConfig() *tls.Config { return &tls.Config{RootCAs: p.clientRoot} }

// client trusts the proxy's certificate, and follows no redirect.
func (p *proxy) client(t *testing.T, http2 bool) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: p.tlsConfig(), ForceAttemptHTTP2: http2}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		Timeout:       20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
