package dockerbuild

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/google/go-containerregistry/pkg/name"

	"crosscloud/infra/twin/cloud"
)

// ImageArgs are the arguments of docker-build:index:Image, as far as the classic builder can do what they ask for.
type ImageArgs struct {
	BuildArgs      map[string]string `json:"buildArgs,omitempty"`
	BuildOnPreview *bool             `json:"buildOnPreview,omitempty"`
	Context        *BuildContext     `json:"context,omitempty"`
	Dockerfile     *Dockerfile       `json:"dockerfile,omitempty"`
	Exports        []Export          `json:"exports,omitempty"`
	Labels         map[string]string `json:"labels,omitempty"`
	Network        string            `json:"network,omitempty"`
	NoCache        bool              `json:"noCache,omitempty"`
	Platforms      []string          `json:"platforms,omitempty"`
	Push           bool              `json:"push"`
	Registries     []Registry        `json:"registries,omitempty"`
	Tags           []string          `json:"tags,omitempty"`
	Target         string            `json:"target,omitempty"`

	// ContextHash is not the program's to give. It stands among the arguments so that a changed file is a changed
	// argument, which the engine shows and acts on.
	ContextHash string `json:"contextHash,omitempty"`
}

// BuildContext is the directory that the build may read.
type BuildContext struct {
	Location string `json:"location"`
}

// Dockerfile is a file's name or the text itself.
type Dockerfile struct {
	Inline   string `json:"inline,omitempty"`
	Location string `json:"location,omitempty"`
}

// Export says where the image goes. Of the real provider's kinds only the registry is supported.
type Export struct {
	Registry *ExportRegistry `json:"registry,omitempty"`
}

// ExportRegistry is the long form of "push"; the image goes to the names in "tags".
type ExportRegistry struct{}

// Registry is a registry's address with the credentials for it.
type Registry struct {
	Address  string `json:"address"`
	Password string `json:"password,omitempty"`
	Username string `json:"username,omitempty"`
}

// platform is the only one that this machine's engine builds for without emulation.
var platform = "linux/" + runtime.GOARCH

func (a ImageArgs) pushed() bool {
	return a.Push || slices.ContainsFunc(a.Exports, func(e Export) bool { return e.Registry != nil })
}

// context returns the directory of the build context.
func (a ImageArgs) context() string {
	if a.Context == nil || a.Context.Location == "" {
		return programDir()
	}
	return fromProgram(a.Context.Location)
}

// dockerfile returns the Dockerfile's path, or "" when its text is given inline.
func (a ImageArgs) dockerfile() string {
	switch {
	case a.Dockerfile != nil && a.Dockerfile.Inline != "":
		return ""
	case a.Dockerfile != nil && a.Dockerfile.Location != "":
		return fromProgram(a.Dockerfile.Location)
	default:
		return filepath.Join(a.context(), "Dockerfile")
	}
}

func (a ImageArgs) inline() string {
	if a.Dockerfile == nil {
		return ""
	}
	return a.Dockerfile.Inline
}

func check(in ImageArgs) []cloud.Failure {
	var failures []cloud.Failure
	fail := func(property, format string, args ...any) {
		failures = append(failures, cloud.Failure{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	if info, err := os.Stat(in.context()); err != nil || !info.IsDir() {
		fail("context.location", "%q: not a valid directory or URL", in.context())
	} else if file := in.dockerfile(); file != "" {
		if _, err := os.Stat(file); err != nil {
			fail("dockerfile.location", "%v", err)
		}
		// BuildKit would read this one in place of .dockerignore; the classic builder does not know it.
		if _, err := os.Stat(file + ".dockerignore"); err == nil {
			fail("dockerfile.location", "%s.dockerignore: the twin's builder reads .dockerignore only", file)
		}
	}
	if len(failures) == 0 && in.ContextHash == "" {
		if _, err := contextHash(in.context(), in.dockerfile(), in.inline()); err != nil {
			fail("context.location", "%v", err)
		}
	}
	for i, p := range in.Platforms {
		if p != "" && p != platform {
			fail(fmt.Sprintf("platforms[%d]", i), "the twin builds for %s only, not for %q", platform, p)
		}
	}
	if !slices.Contains([]string{"", "default", "host", "none"}, in.Network) {
		fail("network", "%q is not one of default, host, none", in.Network)
	}
	for i, tag := range in.Tags {
		if tag == "" {
			continue // not known yet
		}
		if _, err := name.NewTag(tag); err != nil {
			fail(fmt.Sprintf("tags[%d]", i), "%v", err)
		}
	}
	if in.pushed() && len(in.Tags) == 0 {
		fail("tags", "at least one tag is needed when pushing to a registry")
	}
	return failures
}
