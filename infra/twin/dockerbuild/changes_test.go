package dockerbuild

import (
	"path/filepath"
	"testing"

	"crosscloud/infra/twin/cloud/cloudtest"
	"crosscloud/infra/twin/services/ecr"
)

// TestWhatAChangeDoes has every argument. An image is never replaced: a change builds it anew under the same id.
func TestWhatAChangeDoes(t *testing.T) {
	files := map[string]string{
		"Dockerfile": "FROM scratch AS files\nCOPY page /page\nFROM scratch\nCOPY --from=files /page /index.html\n",
		"Other":      "FROM scratch\nCOPY page /other.html\n", "page": "a page",
	}
	cloudtest.TryChanges(t, func(t *testing.T) cloudtest.Kind {
		b := newBench(t, files)
		elsewhere := t.TempDir()
		writeFiles(t, elsewhere, files)
		login := map[string]any{"address": host, "username": ecr.User, "password": password}
		return cloudtest.Kind{
			Stack: b.Stack, Token: token, Source: "https://www.pulumi.com/registry/packages/docker-build/api-docs/image/",
			Args: b.args("one"),
			Changes: []cloudtest.Change{
				cloudtest.InPlace("buildOnPreview", true),
				cloudtest.InPlace("context.location", elsewhere),
				cloudtest.Ignored("contextHash", "x").When("it is not the program's to give"),
				cloudtest.InPlace("dockerfile.location", filepath.Join(b.dir, "Other")),
				cloudtest.Refused("network", "none", "the twin builds in the default network only"),
				cloudtest.InPlace("platforms", nil).When("to the engine's own"),
				cloudtest.Refused("platforms", []any{"linux/s390x"}, "the twin builds for "+platform+" only").When("to another"),
				cloudtest.InPlace("push", false),
				cloudtest.InPlace("registries[*].address", "https://"+host),
				cloudtest.Ignored("registries[*].password", "of tomorrow").
					With("registries", []any{map[string]any{"address": "other.example.com", "username": "a", "password": "b"}, login}),
				cloudtest.InPlace("registries[*].username", "b").
					With("registries", []any{map[string]any{"address": "other.example.com", "username": "a"}, login}),
				cloudtest.InPlace("tags", []any{host + "/todo:two"}),
			},
		}
	})
}
