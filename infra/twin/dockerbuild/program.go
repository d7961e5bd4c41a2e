package dockerbuild

import (
	"path/filepath"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// programDir is the directory that relative paths count from. The engine starts the real provider in the program's
// directory, which is not the project's where Pulumi.yaml says "main"; the twin serves this one from its own process,
// so it looks there itself.
var programDir = sync.OnceValue(func() string {
	file, err := workspace.DetectProjectPath()
	if err != nil || file == "" {
		return "."
	}
	project, err := workspace.LoadProject(file)
	if err != nil {
		return filepath.Dir(file)
	}
	return filepath.Join(filepath.Dir(file), project.Main)
})

func fromProgram(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(programDir(), path)
}
