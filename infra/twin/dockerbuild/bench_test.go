package dockerbuild

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	containerregistry "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/testneed"
	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/services/ecr"
	"crosscloud/infra/twin/state"
)

const (
	token    = "docker-build:index:Image"
	host     = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
	password = "the-token-of-today"
)

// needDocker skips a test, loudly, where there is no engine to build with.
func needDocker(t *testing.T) {
	t.Helper()
	if _, err := dockerOutput(t.Context(), "version", "--format", "{{.Server.Version}}"); err != nil {
		testneed.Missing(t, "no Docker engine to build with: %v", err)
	}
}

// bench is a stack with a provider that pushes to a registry of the test's own.
type bench struct {
	*cloudtest.Stack
	images images
	dir    string // of the build context
	pulls  []remote.Option
}

func newBench(t *testing.T, files map[string]string) bench {
	t.Helper()
	needDocker(t)
	env := cloud.Env{
		Dir:           filepath.Join(t.TempDir(), strings.ToLower(t.Name())),
		OperatorToken: func(context.Context) (string, error) { return password, nil },
	}
	env.Store = state.Open(filepath.Join(env.Dir, "state"))
	b := bench{images: newImages(env), dir: t.TempDir()}
	b.images.registry.address = serveRegistry(t, filepath.Join(env.Dir, "ca", "ca.crt"))
	options, err := b.images.registry.options(t.Context(), host, Registry{Username: ecr.User, Password: password})
	require.NoError(t, err)
	b.pulls = options
	b.Stack = cloudtest.New(t, b.images.provider(), nil)
	t.Cleanup(func() {
		assert.NoError(t, Clean(context.Background(), env))
		assert.Empty(t, localImages(context.Background(), t, b.images.twin))
	})
	writeFiles(t, b.dir, files)
	return b
}

// serveRegistry answers over TLS, to who knows the password, and writes the authority to trust to a file.
func serveRegistry(t *testing.T, authority string) (address string) {
	handler := containerregistry.New(containerregistry.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, pass, _ := r.BasicAuth(); user != ecr.User || pass != password {
			w.Header().Set("WWW-Authenticate", "Basic")
			http.Error(w, "Not Authorized", http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(authority), 0o755))
	require.NoError(t, os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func (b bench) args(tag string) map[string]any {
	return map[string]any{
		"push": true, "buildOnPreview": false, "tags": []any{host + "/todo:" + tag}, "network": "default",
		"context":    map[string]any{"location": b.dir},
		"platforms":  []any{platform},
		"registries": []any{map[string]any{"address": host, "username": ecr.User, "password": password}},
	}
}

// files unpacks the image that the registry has under a reference.
func (b bench) files(t *testing.T, ref string) string {
	t.Helper()
	parsed, err := name.ParseReference(ref)
	require.NoError(t, err)
	image, err := remote.Image(parsed, b.pulls...)
	require.NoError(t, err)
	files, err := io.ReadAll(mutate.Extract(image))
	require.NoError(t, err)
	return string(files)
}

func localImages(ctx context.Context, t *testing.T, twin string) string {
	t.Helper()
	images, err := dockerOutput(ctx, "image", "ls", "--quiet", "crosscloud-"+twin+"-build")
	require.NoError(t, err)
	return images
}
