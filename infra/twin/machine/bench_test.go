package machine

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/testneed"
	"crosscloud/infra/twin/images"
	"crosscloud/infra/twin/setup"
)

// engine returns an instance of its own with running services, or skips.
func engine(t *testing.T) *Engine {
	t.Helper()
	ctx := t.Context()
	if _, err := docker(ctx, nil, "version"); err != nil {
		testneed.Missing(t, "no Docker engine to run machines on: %v", err)
	}
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	twins := filepath.Join(root, ".twin")
	e, err := New(twins, "machine-test", images.New(root, filepath.Join(twins, "cache"), setup.Packages))
	require.NoError(t, err)
	require.NoError(t, e.EnsureNetwork(ctx))
	t.Cleanup(func() {
		if t.Failed() && os.Getenv("KEEP") != "" {
			t.Log("the machines are kept")
			return
		}
		assert.NoError(t, e.Down(context.Background()))
	})
	require.NoError(t, e.EnsureImages(ctx, os.Stdout))

	binary := filepath.Join(t.TempDir(), "cloud")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./testdata/cloud")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	writeCA(t, e)
	require.NoError(t, e.EnsureServices(ctx, binary))
	url, err := e.DoorURL(ctx)
	require.NoError(t, err)
	assert.Regexp(t, `^https://localhost:\d+/$`, url)
	return e
}

// writeCA puts a certificate where the services keep theirs.
func writeCA(t *testing.T, e *Engine) {
	t.Helper()
	dir := filepath.Join(e.Dir(), "ca")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	out, err := exec.Command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
		"-subj", "/CN=machine test", "-keyout", "/dev/null", "-out", filepath.Join(dir, "ca.crt")).CombinedOutput()
	require.NoError(t, err, string(out))
}

// boots is an error until the script of the cloud has run n times.
func boots(ctx context.Context, e *Engine, name string, n int) error {
	out, err := e.Exec(ctx, name, nil, "cat", "/root/booted")
	if got := len(strings.Fields(string(out))); err != nil || got != n {
		return fmt.Errorf("the boot script ran %d times: %w", got, err)
	}
	return nil
}

// reach connects from an address of its own.
func reach(ctx context.Context, e *Engine, from, to netip.Addr, port int) error {
	_, err := docker(ctx, nil, "run", "--rm", "--label", e.label(), "--network", e.network(), "--ip", from.String(), images.Debian,
		"timeout", "2", "bash", "-c", fmt.Sprintf("</dev/tcp/%s/%d", to, port))
	return err
}

func in(t *testing.T, e *Engine, name, command string) string {
	t.Helper()
	out, err := e.Exec(t.Context(), name, nil, "bash", "-c", command)
	require.NoError(t, err, string(out))
	return string(out)
}

func peers(a netip.Addr) []netip.Prefix { return []netip.Prefix{netip.PrefixFrom(a, 32)} }

// loops are the loop devices whose file is on a disk of the twin, as the kernel names them.
func loops(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("/sys/block/loop*/loop/backing_file")
	require.NoError(t, err)
	var found []string
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil && strings.Contains(string(text), "machine-test") {
			found = append(found, string(text))
		}
	}
	return found
}

func objects(t *testing.T, e *Engine, list ...string) []string {
	t.Helper()
	out, err := docker(context.Background(), nil, append(list, "--quiet", "--filter", "label="+e.label())...)
	require.NoError(t, err)
	return lines(out)
}

func eventually(t *testing.T, check func() error) {
	t.Helper()
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if err = check(); err == nil {
			return
		}
	}
	t.Fatal(err)
}
