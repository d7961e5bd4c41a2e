package setup

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	"crosscloud/infra/twin/command"
)

// The versions come from the module files in infra/twin/toolchain; the command does not know its own unless it is told
// when linked.
const (
	pulumiVersion = "v3.220.0"
	versionSymbol = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
)

// Pulumi builds the pulumi command and its Go language host of the repository at root into the directory bin, each only
// where PATH has none.
func Pulumi(ctx context.Context, root, bin string) error {
	tools := []struct{ name, module, pkg, flags string }{
		{"pulumi", "cli", "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "-X " + versionSymbol + "=" + pulumiVersion},
		{"pulumi-language-go", "language", "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go", ""},
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool.name); err == nil {
			continue
		}
		target := filepath.Join(bin, tool.name)
		err := command.Step(os.Stderr, "build "+tool.name, func() error {
			// Under another name first: half a program, left by an interrupt, would be taken for one that is there.
			if _, err := command.Run(ctx, "go", "build", "-C", filepath.Join(root, "infra", "twin", "toolchain", tool.module),
				"-ldflags", "-s -w "+tool.flags, "-o", target+".new", tool.pkg); err != nil {
				return err
			}
			return os.Rename(target+".new", target)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
