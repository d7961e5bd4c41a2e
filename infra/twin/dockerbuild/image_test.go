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

func TestImageIsBuiltPushedAndRebuiltWhenAFileChanges(t *testing.T) {
	b := newBench(t, map[string]string{
		"Dockerfile": "FROM scratch AS files\nCOPY page /page\nFROM scratch\nCOPY --from=files /page /index.html\n",
		"page":       "the first page", ".dockerignore": "notes\n",
	})
	first := b.MustUp(token, "app", b.args("one"))
	digest := first.Output("digest").(string)
	assert.Regexp(t, "^sha256:[0-9a-f]{64}$", digest)
	assert.Equal(t, host+"/todo:one@"+digest, first.Output("ref"))
	assert.Equal(t, digest, first.ID)
	assert.Contains(t, b.files(t, first.Output("ref").(string)), "the first page")

	writeFiles(t, b.dir, map[string]string{"notes": "not part of the build"})
	args := b.args("one")
	args["registries"].([]any)[0].(map[string]any)["password"] = "the-token-of-tomorrow"
	assert.Equal(t, cloudtest.Same, b.MustUp(token, "app", args).Change, "another token alone is no reason to build")
	require.True(t, b.Refresh("app"))
	assert.Equal(t, cloudtest.Same, b.MustUp(token, "app", b.args("one")).Change, "nor is a refresh")

	writeFiles(t, b.dir, map[string]string{"page": "the second page"})
	preview, err := b.Preview(token, "app", b.args("one"))
	require.NoError(t, err)
	assert.True(t, preview["digest"].IsComputed(), "an image that would be built has no digest yet")
	second := b.MustUp(token, "app", b.args("one"))
	assert.Equal(t, cloudtest.Updated, second.Change)
	assert.Contains(t, second.Diff, "contextHash")
	assert.NotEqual(t, digest, second.Output("digest"))
	assert.Contains(t, b.files(t, second.Output("ref").(string)), "the second page")
	assert.Contains(t, b.files(t, host+"/todo@"+digest), "the first page", "what is deployed stays until it is replaced")

	require.NotEmpty(t, localImages(t.Context(), t, b.images.twin))
	require.NoError(t, b.Destroy("app"))
	assert.Empty(t, localImages(t.Context(), t, b.images.twin))
	assert.Contains(t, b.files(t, second.Output("ref").(string)), "the second page", "the registry's images are the registry's")
}

func TestImageLeavesNoUnnamedImages(t *testing.T) {
	b := newBench(t, map[string]string{
		"Dockerfile": "FROM scratch AS files\nCOPY a /a\nCOPY b /b\nFROM scratch\nCOPY --from=files /a /a\n",
		"a":          t.TempDir(), "b": t.TempDir(), // never the cache of another run
	})
	var steps []string
	for _, content := range []string{"1", "2"} {
		writeFiles(t, b.dir, map[string]string{"b": t.TempDir() + content})
		b.MustUp(token, "app", b.args("one"))
		left, err := state.Get[leftover](b.images.env.Store, localTag(b.images.twin, "app"))
		require.NoError(t, err)
		steps = append(steps, left.Steps...)
	}
	require.NoError(t, b.Destroy("app"))
	for _, id := range steps {
		_, err := dockerOutput(t.Context(), "image", "inspect", id)
		assert.ErrorContains(t, err, "No such", id)
	}
}

func TestFailedBuildShowsItsLastLines(t *testing.T) {
	b := newBench(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY missing /\n"})
	_, err := b.Up(token, "app", b.args("one"))
	require.ErrorContains(t, err, "Step 2/2 : COPY missing /")
	require.ErrorContains(t, err, "missing")
	assert.Empty(t, localImages(t.Context(), t, b.images.twin))

	args := b.args("one")
	args["buildOnPreview"] = true
	_, err = b.Preview(token, "app", args)
	require.ErrorContains(t, err, "COPY missing", "a preview that builds finds it, too")
}

func TestPreviewThatBuildsPushesNothing(t *testing.T) {
	b := newBench(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY page /\n", "page": "page"})
	args := b.args("one")
	delete(args, "buildOnPreview") // true is the default
	_, err := b.Preview(token, "app", args)
	require.NoError(t, err)
	assert.NotEmpty(t, localImages(t.Context(), t, b.images.twin))
	tag, err := name.NewTag(host + "/todo:one")
	require.NoError(t, err)
	_, err = remote.Head(tag, b.pulls...)
	require.ErrorContains(t, err, "404")
}

func TestImageThatIsGoneFromTheRegistryIsMadeAgain(t *testing.T) {
	b := newBench(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY page /\n", "page": "page"})
	r := b.MustUp(token, "app", b.args("one"))
	ref, err := name.NewDigest(host + "/todo@" + r.Output("digest").(string))
	require.NoError(t, err)
	require.NoError(t, remote.Delete(ref, b.pulls...))
	// This registry keeps a tag whose image is gone.
	require.NoError(t, remote.Delete(ref.Tag("one"), b.pulls...))
	require.False(t, b.Refresh("app"))
	assert.Equal(t, cloudtest.Created, b.MustUp(token, "app", b.args("one")).Change)
	require.True(t, b.Refresh("app"))
	require.NoError(t, b.Destroy("app"))
}

func TestBuildArgumentsReachTheBuild(t *testing.T) {
	t.Parallel()
	in := ImageArgs{Context: &BuildContext{"/src"}, Target: "final", Labels: map[string]string{"b": "2", "a": "1"}}
	assert.Equal(t, []string{
		"build", "--force-rm", "--tag", "tag", "--iidfile", "id", "--file", "/src/Dockerfile",
		"--build-arg", "GO_IMAGE=crosscloud-twin/golang", "--label", "a=1", "--label", "b=2", "--target", "final", "/src",
	}, arguments(in, "tag", "id"))

	in = ImageArgs{
		Context: &BuildContext{"/src"}, Dockerfile: &Dockerfile{Inline: "FROM scratch"}, NoCache: true, Network: "none",
		BuildArgs: map[string]string{"GO_IMAGE": "golang:1.26", "VERSION": "1"},
	}
	assert.Equal(t, []string{
		"build", "--force-rm", "--tag", "tag", "--iidfile", "id", "--file", "-",
		"--build-arg", "GO_IMAGE=golang:1.26", "--build-arg", "VERSION=1", "--network", "none", "--no-cache", "/src",
	}, arguments(in, "tag", "id"))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"Dockerfile": "FROM scratch\nCOPY Dockerfile /\n", "Other": "", "Other.dockerignore": ""})
	s := cloudtest.New(t, Provider(cloud.Env{Dir: dir, Store: state.Open(t.TempDir())}), nil)
	for want, change := range map[string]func(args map[string]any){
		`"push" is required`:                 func(args map[string]any) { delete(args, "push") },
		"builds for " + platform + " only":   func(args map[string]any) { args["platforms"] = []any{platform, "linux/s390x"} },
		"context.location":                   func(args map[string]any) { args["context"] = map[string]any{"location": dir + "/none"} },
		"dockerfile.location":                func(args map[string]any) { args["dockerfile"] = map[string]any{"location": dir + "/none"} },
		"reads .dockerignore only":           func(args map[string]any) { args["dockerfile"] = map[string]any{"location": dir + "/Other"} },
		"tags[0]":                            func(args map[string]any) { args["tags"] = []any{host + "/TODO:one"} },
		"at least one tag":                   func(args map[string]any) { delete(args, "tags") },
		`"bridge" is not one of`:             func(args map[string]any) { args["network"] = "bridge" },
		"cacheFrom: Invalid or unknown key":  func(args map[string]any) { args["cacheFrom"] = []any{} },
		"exports[0].docker: Invalid or unkn": func(args map[string]any) { args["exports"] = []any{map[string]any{"docker": map[string]any{}}} },
		"secrets: Invalid or unknown key":    func(args map[string]any) { args["secrets"] = map[string]any{"a": "b"} },
	} {
		args := map[string]any{
			"push": true, "buildOnPreview": false, "tags": []any{host + "/todo:one"}, "context": map[string]any{"location": dir},
		}
		change(args)
		_, err := s.Up(token, "app", args)
		assert.ErrorContains(t, err, want)
	}
}

func TestImageNeverLeavesForARegistryOutsideTheTwin(t *testing.T) {
	b := newBench(t, map[string]string{"Dockerfile": "FROM scratch\nCOPY Dockerfile /\n"})
	args := b.args("one")
	args["tags"] = []any{"docker.io/crosscloud/todo:one"}
	_, err := b.Up(token, "app", args)
	require.ErrorContains(t, err, "index.docker.io: the twin has no such registry")
}
