package ecr_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/services/ecr"
)

func TestPushAndPullByDigestAfterARestart(t *testing.T) {
	f := newFixture(t)
	f.pull()
	pushed := image(t)
	require.NoError(t, remote.Write(ref(t, repository+":v1"), pushed, f.operator()...))
	digest, err := pushed.Digest()
	require.NoError(t, err)

	f.restart()
	options := f.host()
	for _, reference := range []string{repository + "@" + digest.String(), repository + ":v1"} {
		pulled, err := remote.Image(ref(t, reference), options...)
		require.NoError(t, err)
		require.NoError(t, validate.Image(pulled))
		got, err := pulled.Digest()
		require.NoError(t, err)
		assert.Equal(t, digest, got)
	}
	tags, err := remote.List(ref(t, repository).Context(), f.operator()...)
	require.NoError(t, err)
	assert.Equal(t, []string{"v1"}, tags)
}

func TestIndex(t *testing.T) {
	f := newFixture(t)
	index := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: image(t)}, mutate.IndexAddendum{Add: image(t)})
	require.NoError(t, remote.WriteIndex(ref(t, repository+":multi"), index, f.operator()...))
	pulled, err := remote.Index(ref(t, repository+":multi"), f.operator()...)
	require.NoError(t, err)
	require.NoError(t, validate.Index(pulled))
}

func TestImmutableTags(t *testing.T) {
	f := newFixture(t)
	first := image(t)
	require.NoError(t, remote.Write(ref(t, repository+":v1"), first, f.operator()...))
	// The library leaves out a push of what is there already, so the same image goes by hand.
	raw, err := first.RawManifest()
	require.NoError(t, err)
	status, body := f.put("/v2/"+repository+"/manifests/v1", raw)
	assert.Equal(t, 400, status)
	assert.Contains(t, body, "TAG_INVALID")
	assert.Contains(t, body, "The image tag 'v1' already exists in the 'crosscloud-local' repository and cannot be overwritten because the tag is immutable.")

	err = remote.Write(ref(t, repository+":v1"), image(t), f.operator()...)
	status, text := code(t, err)
	assert.Equal(t, 400, status)
	assert.Contains(t, text, "immutable")

	require.NoError(t, remote.Write(ref(t, "team/mutable:v1"), image(t), f.operator()...))
	require.NoError(t, remote.Write(ref(t, "team/mutable:v1"), image(t), f.operator()...))
	images, err := ecr.Images(f.Store, "team/mutable")
	require.NoError(t, err)
	assert.Len(t, images, 2, "an image without its tag is still there")
}

func (f *fixture) put(path string, body []byte) (int, string) {
	password, _, err := ecr.Password(f.Mint, f.Verifier.Operator(), f.Now())
	require.NoError(f.t, err)
	r := httptest.NewRequest(http.MethodPut, "https://"+host+path, bytes.NewReader(body))
	r.SetBasicAuth(ecr.User, password)
	r.Header.Set("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")
	w := httptest.NewRecorder()
	f.server.ServeRegistry(w, r)
	return w.Code, w.Body.String()
}

func TestManifestNeedsItsLayers(t *testing.T) {
	f := newFixture(t)
	raw, err := image(t).RawManifest()
	require.NoError(t, err)
	status, body := f.put("/v2/"+repository+"/manifests/v1", raw)
	assert.Equal(t, 404, status)
	assert.Contains(t, body, "MANIFEST_BLOB_UNKNOWN")
	status, _ = f.put("/v2/"+repository+"/manifests/v1", []byte("{"))
	assert.Equal(t, 400, status)
	status, _ = f.put("/v2/"+repository+"/manifests/sha256:"+strings.Repeat("0", 64), raw)
	assert.Equal(t, 400, status)
	images, err := ecr.Images(f.Store, repository)
	require.NoError(t, err)
	assert.Empty(t, images)
}

func TestWhoMayPullAndPush(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, remote.Write(ref(t, repository+":v1"), image(t), f.operator()...))
	require.NoError(t, remote.Write(ref(t, "team/mutable:v1"), image(t), f.operator()...))
	f.pull()
	host := f.host()

	_, err := remote.Image(ref(t, "team/mutable:v1"), host...)
	status, text := code(t, err)
	assert.Equal(t, 403, status)
	assert.Contains(t, text, "is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:111122223333:repository/team/mutable")

	err = remote.Write(ref(t, repository+":v2"), image(t), host...)
	status, _ = code(t, err)
	assert.Equal(t, 403, status, "a host does not push")

	_, err = remote.Image(ref(t, "none:v1"), f.operator()...)
	status, text = code(t, err)
	assert.Equal(t, 404, status)
	assert.Contains(t, text, "NAME_UNKNOWN")

	_, err = remote.Image(ref(t, repository+":none"), host...)
	status, _ = code(t, err)
	assert.Equal(t, 404, status)

	_, err = remote.Image(ref(t, repository+":v1"), f.options("wrong")...)
	status, _ = code(t, err)
	assert.Equal(t, 401, status)

	f.Allow("ecr:BatchGetImage", arn)
	pulled, err := remote.Image(ref(t, repository+":v1"), host...)
	require.NoError(t, err)
	assert.ErrorContains(t, validate.Image(pulled), "ecr:GetDownloadUrlForLayer", "the image, but none of its layers")
}

func TestBlobsStayInTheirRepository(t *testing.T) {
	f := newFixture(t)
	pushed := image(t)
	require.NoError(t, remote.Write(ref(t, "team/mutable:v1"), pushed, f.operator()...))
	layers, err := pushed.Layers()
	require.NoError(t, err)
	digest, err := layers[0].Digest()
	require.NoError(t, err)
	fetch := func(repository string) error {
		layer, err := remote.Layer(ref(t, repository).Context().Digest(digest.String()), f.operator()...)
		require.NoError(t, err)
		content, err := layer.Compressed()
		if err != nil {
			return err
		}
		defer content.Close()
		_, err = io.Copy(io.Discard, content)
		return err
	}
	assert.NoError(t, fetch("team/mutable"))
	status, _ := code(t, fetch(repository))
	assert.Equal(t, 404, status)
}

func TestErase(t *testing.T) {
	f := newFixture(t)
	require.NoError(t, remote.Write(ref(t, repository+":v1"), image(t), f.operator()...))
	require.NoError(t, remote.Write(ref(t, "team/mutable:v1"), image(t), f.operator()...))
	require.NoError(t, ecr.Erase(f.Store, repository))
	_, err := remote.Image(ref(t, repository+":v1"), f.operator()...)
	status, _ := code(t, err)
	assert.Equal(t, 404, status)
	_, err = remote.Image(ref(t, "team/mutable:v1"), f.operator()...)
	require.NoError(t, err)
	require.NoError(t, remote.Write(ref(t, repository+":v1"), image(t), f.operator()...), "the tag is free again")
}

func TestUploads(t *testing.T) {
	f := newFixture(t)
	password, _, err := ecr.Password(f.Mint, f.Verifier.Operator(), f.Now())
	require.NoError(t, err)
	do := func(method, path, body string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "https://"+host+path, strings.NewReader(body))
		r.SetBasicAuth(ecr.User, password)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		f.server.ServeRegistry(w, r)
		return w
	}
	const base = "/v2/" + repository + "/blobs/"
	digest := "sha256:" + strings.Repeat("0", 64)
	at := do(http.MethodPost, base+"uploads/", "").Header().Get("Location")
	require.NotEmpty(t, at)
	assert.Equal(t, 202, do(http.MethodPatch, at, "ab", "Content-Range", "0-1").Code)
	assert.Equal(t, 416, do(http.MethodPatch, at, "xx", "Content-Range", "0-1").Code)
	w := do(http.MethodPatch, at, "cd", "Content-Range", "2-3")
	assert.Equal(t, "0-3", w.Header().Get("Range"))
	assert.Equal(t, 400, do(http.MethodPut, at+"?digest="+digest, "").Code, "another digest")
	assert.Equal(t, 400, do(http.MethodPut, at, "").Code, "no digest")
	hash, _, err := v1.SHA256(strings.NewReader("abcdef"))
	require.NoError(t, err)
	w = do(http.MethodPut, at+"?digest="+hash.String(), "ef")
	assert.Equal(t, 201, w.Code, w.Body.String())
	assert.Equal(t, "abcdef", do(http.MethodGet, base+hash.String(), "").Body.String())
	assert.Equal(t, 404, do(http.MethodPatch, at, "x").Code, "finished")
	assert.Equal(t, 404, do(http.MethodPatch, base+"uploads/../../x", "x").Code)
	assert.Equal(t, 405, do(http.MethodDelete, base+hash.String(), "").Code)

	at = do(http.MethodPost, base+"uploads/", "").Header().Get("Location")
	f.Clock = time.Now().Add(25 * time.Hour)
	password, _, err = ecr.Password(f.Mint, f.Verifier.Operator(), f.Now())
	require.NoError(t, err)
	do(http.MethodPost, base+"uploads/", "")
	assert.Equal(t, 404, do(http.MethodPatch, at, "x").Code, "abandoned")
}

func TestExpiredPassword(t *testing.T) {
	f := newFixture(t)
	options := f.operator()
	f.Clock = time.Now().Add(13 * time.Hour)
	_, err := remote.Image(ref(t, repository+":v1"), options...)
	status, text := code(t, err)
	assert.Equal(t, 403, status)
	assert.Contains(t, text, "expired")
}
