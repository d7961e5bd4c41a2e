package dockerbuild

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/google/go-containerregistry/pkg/name"

	"crosscloud/infra/twin/cloud"
)

// ImageArgs are the arguments of docker-build:index:Image that the program uses.
type ImageArgs struct {
	BuildOnPreview *bool         `json:"buildOnPreview,omitempty"`
	Context        *BuildContext `json:"context,omitempty"`
	Dockerfile     *Dockerfile   `json:"dockerfile,omitempty"`
	Network        string        `json:"network,omitempty"` // the SDK fills in the default
	Platforms      []string      `json:"platforms,omitempty"`
	Push           bool          `json:"push"`
	Registries     []Registry    `json:"registries,omitempty"`
	Tags           []string      `json:"tags,omitempty"`

	// ContextHash is not the program's to give. It stands among the arguments so that a changed file is a changed
	// argument, which the engine shows and acts on.
	ContextHash string `json:"contextHash,omitempty"`
}

// BuildContext is the directory that the build may read.
type BuildContext struct {
	Location string `json:"location"`
}

// Dockerfile is a file's name.
type Dockerfile struct {
	Location string `json:"location,omitempty"`
}

// Registry is a registry's address with the credentials for it.
type Registry struct {
	Address  string `json:"address"`
	Password string `json:"password,omitempty"`
	Username string `json:"username,omitempty"`
}

// platform is the only one that this machine's engine builds for without emulation.
var platform = "linux/" + runtime.GOARCH

// context returns the directory of the build context.
func (a ImageArgs) context() string {
	if a.Context == nil || a.Context.Location == "" {
		return programDir()
	}
	return fromProgram(a.Context.Location)
}

// dockerfile returns the Dockerfile's path.
func (a ImageArgs) dockerfile() string {
	if a.Dockerfile != nil && a.Dockerfile.Location != "" {
		return fromProgram(a.Dockerfile.Location)
	}
	return filepath.Join(a.context(), "Dockerfile")
}

func check(in ImageArgs) []cloud.Failure {
	var failures []cloud.Failure
	fail := func(property, format string, args ...any) {
		failures = append(failures, cloud.Failure{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	if info, err := os.Stat(in.context()); err != nil || !info.IsDir() {
		fail("context.location", "%q: not a valid directory or URL", in.context())
	} else if _, err := os.Stat(in.dockerfile()); err != nil {
		fail("dockerfile.location", "%v", err)
	} else if _, err := os.Stat(in.dockerfile() + ".dockerignore"); err == nil {
		// BuildKit would read this one in place of .dockerignore; the classic builder does not know it.
		fail("dockerfile.location", "%s.dockerignore: the twin's builder reads .dockerignore only", in.dockerfile())
	}
	if len(failures) == 0 && in.ContextHash == "" {
		if _, err := contextHash(in.context(), in.dockerfile()); err != nil {
			fail("context.location", "%v", err)
		}
	}
	for i, p := range in.Platforms {
		if p != "" && p != platform {
			fail(fmt.Sprintf("platforms[%d]", i), "the twin builds for %s only, not for %q", platform, p)
		}
	}
	if in.Network != "" && in.Network != "default" {
		fail("network", "the twin builds in the default network only, not in %q", in.Network)
	}
	for i, tag := range in.Tags {
		if tag == "" {
			continue // not known yet
		}
		if _, err := name.NewTag(tag); err != nil {
			fail(fmt.Sprintf("tags[%d]", i), "%v", err)
		}
	}
	if in.Push && len(in.Tags) == 0 {
		fail("tags", "at least one tag is needed when pushing to a registry")
	}
	return failures
}
