package machine

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
)

func TestShellcheckHasNothingToSay(t *testing.T) {
	shellcheck := boottest.Tool(t, "shellcheck")
	files := "../images/debian/files/"
	out, err := exec.Command(shellcheck, "boot/entry.sh", "boot/services.sh", files+"google-startup-scripts", files+"system-shutdown").CombinedOutput()
	assert.NoError(t, err, string(out))
}

func TestResolversAreThoseBehindALocalStub(t *testing.T) {
	root := t.TempDir()
	write := func(path, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, path), []byte(text), 0o644))
	}
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("8.8.4.4")}, resolvers(root), "no file at all")
	write("etc/resolv.conf", "search example\nnameserver 127.0.0.53\noptions edns0\n")
	write("run/systemd/resolve/resolv.conf", "nameserver 192.0.2.53\nnameserver 2001:db8::53\n")
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("192.0.2.53"), netip.MustParseAddr("2001:db8::53")}, resolvers(root))
	write("etc/resolv.conf", "nameserver 192.0.2.1\n")
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("192.0.2.1")}, resolvers(root))
}

func TestAnInstancesNameIsPartOfDockersNames(t *testing.T) {
	for _, name := range []string{"", "Local", "-x", "a/b", "a-name-that-is-far-too-long"} {
		_, err := New(t.TempDir(), name, nil)
		assert.Error(t, err, name)
	}
}
