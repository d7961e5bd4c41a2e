package database

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
	"crosscloud/infra/operation"
)

// testHost runs the boot files' functions on this machine, in directories of the test, with a metadata server and a Cloud
// Storage that answer what the test tells them to.
type testHost struct {
	dir string // with boot/, run/ and lib/

	mu       sync.Mutex
	document string   // the status object
	uploads  []string // all it has been, in order
	refuse   func(r *http.Request, body string) int
	missing  bool // there is no object
}

// publishedStatus is the status document, as its readers know it.
type publishedStatus struct {
	Revision, State, Error, Log, Time string
	Hops                              []struct {
		Name, Detail string
		OK           bool
	}
	Versions   map[string]string
	Operations []struct{ ID, Kind, State, Detail, Time string }
}

func newTestHost(t *testing.T, operations ...operation.Operation) *testHost {
	t.Helper()
	t.Parallel() // the second between two publications is spent asleep
	for _, tool := range []string{"curl", "jq"} {
		boottest.Tool(t, tool)
	}
	h := &testHost{dir: t.TempDir(), document: "{}\n"}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	me := must(user.Current())
	group := must(user.LookupGroupId(me.Gid))

	copied := filepath.Join(h.dir, "boot")
	require.NoError(t, os.CopyFS(copied, os.DirFS("boot")))
	here := strings.NewReplacer(
		"http://metadata.google.internal", server.URL, "https://storage.googleapis.com", server.URL,
		"/run/crosscloud", h.dir+"/run/crosscloud", "/var/lib/crosscloud", h.dir+"/lib",
		"/etc/debian_version", "/etc/debian_version", "/etc/", h.dir+"/etc/",
		"root:root", me.Username+":"+group.Name,
	)
	for _, file := range must(os.ReadDir(copied)) {
		path := filepath.Join(copied, file.Name())
		info := must(os.Stat(path))
		require.NoError(t, os.WriteFile(path, []byte(here.Replace(string(must(os.ReadFile(path))))), info.Mode()))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(h.dir, "run"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(h.dir, "etc/ssh/sshd_config.d"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(h.dir, "etc/sudoers.d"), 0o755))
	h.ask(t, operations...)
	return h
}

// ask gives the host a desired state with these operations.
func (h *testHost) ask(t *testing.T, operations ...operation.Operation) {
	t.Helper()
	desired := example
	desired.Operations = append([]operation.Operation{}, operations...)
	h.desire(t, desired)
}

func (h *testHost) desire(t *testing.T, d desiredState) {
	t.Helper()
	text := must(json.MarshalIndent(d, "", "  "))
	require.NoError(t, os.WriteFile(filepath.Join(h.dir, "boot/desired.json"), text, 0o644))
}

// ServeHTTP is the metadata server's token and the one object.
func (h *testHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	body := string(must(io.ReadAll(r.Body)))
	if r.URL.Path == "/computeMetadata/v1/instance/service-accounts/default/token" {
		io.WriteString(w, `{"access_token":"token-of-the-host","expires_in":3599,"token_type":"Bearer"}`)
		return
	}
	code := http.StatusOK
	const path = "/storage/v1/b/crosscloud-test-db-status-0a1b2c3d/o"
	upload := r.Method == http.MethodPost && r.URL.Path == "/upload"+path && r.URL.RawQuery == "uploadType=media&name=status.json"
	download := r.Method == http.MethodGet && r.URL.Path == path+"/status.json" && r.URL.RawQuery == "alt=media"
	switch {
	case r.Header.Get("Authorization") != "Bearer token-of-the-host":
		code = http.StatusUnauthorized
	case !upload && !download:
		code = http.StatusBadRequest
	case h.refuse != nil && h.refuse(r, body) != 0:
		code = h.refuse(r, body)
	case download && h.missing:
		code = http.StatusNotFound
	}
	if code != http.StatusOK {
		w.WriteHeader(code)
		io.WriteString(w, "{\n  \"error\": {\n    \"code\": 403,\n    \"message\": \"the host does not have access\"\n  }\n}\n")
		return
	}
	if upload {
		h.document, h.missing = body, false
		h.uploads = append(h.uploads, body)
		return
	}
	io.WriteString(w, h.document)
}

// run is a run of converge whose steps are those given, in shell. The server is a file that counts its restarts.
func (h *testHost) run(t *testing.T, steps string) (string, error) {
	t.Helper()
	return h.shell(t, `
		for part in report text google publication steps status files operations ssh; do . "./$part.sh"; done
		server_version() { echo 17.12; }
		restart_server() { changed "restarted the server"; echo >>../restarts; [[ ! -e ../broken ]]; }
		start_server() { [[ ! -e ../broken ]] || die "the server does not start"; }
		check_connection() { :; }
		begin_run 1800
		`+steps+`
		end_step`)
}

func (h *testHost) shell(t *testing.T, script string) (string, error) {
	t.Helper()
	path := filepath.Join(h.dir, "script")
	require.NoError(t, os.WriteFile(path, []byte("set -Eeuo pipefail\n"+script), 0o644))
	cmd := exec.Command("bash", path)
	cmd.Dir = filepath.Join(h.dir, "boot")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (h *testHost) restarts() int {
	content, _ := os.ReadFile(filepath.Join(h.dir, "restarts"))
	return len(content)
}

// replace takes the machine away, with its disk and memory.
func (h *testHost) replace(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"lib", "run/crosscloud"} {
		require.NoError(t, os.RemoveAll(filepath.Join(h.dir, dir)))
	}
}

func (h *testHost) published(t *testing.T) (s publishedStatus) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	decoder := json.NewDecoder(strings.NewReader(h.document))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&s), "%s", h.document)
	return s
}

// history are the states that were published.
func (h *testHost) history(t *testing.T) (states []string) {
	t.Helper()
	for _, upload := range h.uploads {
		var s publishedStatus
		require.NoError(t, json.Unmarshal([]byte(upload), &s), "%s", upload)
		assert.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`, s.Time)
		states = append(states, s.State)
	}
	return states
}
