package dockerbuild

import (
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/state"
)

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
	in := ImageArgs{Context: &BuildContext{"/src"}}
	assert.Equal(t, []string{
		"build", "--force-rm", "--tag", "tag", "--iidfile", "id", "--file", "/src/Dockerfile",
		"--build-arg", "GO_IMAGE=crosscloud-twin/golang", "/src",
	}, arguments(in, "tag", "id"))
	in.Dockerfile = &Dockerfile{Location: "/other/Dockerfile"}
	assert.Contains(t, arguments(in, "tag", "id"), "/other/Dockerfile")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeFiles(t, dir, map[string]string{"Dockerfile": "FROM scratch\nCOPY Dockerfile /\n", "Other": "", "Other.dockerignore": ""})
	s := cloudtest.New(t, Provider(cloud.Env{Dir: dir, Store: state.Open(t.TempDir())}), nil)
	for want, change := range map[string]func(args map[string]any){
		`"push" is required`:                func(args map[string]any) { delete(args, "push") },
		"builds for " + platform + " only":  func(args map[string]any) { args["platforms"] = []any{platform, "linux/s390x"} },
		"context.location":                  func(args map[string]any) { args["context"] = map[string]any{"location": dir + "/none"} },
		"dockerfile.location":               func(args map[string]any) { args["dockerfile"] = map[string]any{"location": dir + "/none"} },
		"reads .dockerignore only":          func(args map[string]any) { args["dockerfile"] = map[string]any{"location": dir + "/Other"} },
		"tags[0]":                           func(args map[string]any) { args["tags"] = []any{host + "/TODO:one"} },
		"at least one tag":                  func(args map[string]any) { delete(args, "tags") },
		"cacheFrom: Invalid or unknown key": func(args map[string]any) { args["cacheFrom"] = []any{} },
		"exports: Invalid or unknown key":   func(args map[string]any) { args["exports"] = []any{} },
		"target: Invalid or unknown key":    func(args map[string]any) { args["target"] = "final" },
		"secrets: Invalid or unknown key":   func(args map[string]any) { args["secrets"] = map[string]any{"a": "b"} },
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
