// Package setup installs what the twin and the tests need and this machine lacks: Debian packages, a Docker engine, the
// Pulumi command. What is there is used as it is.
package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"crosscloud/infra/twin/command"
)

// ForTests are the packages that the tests need beyond those of the twin.
var ForTests = []string{"nginx", "postgresql", "chromium", "shellcheck", "nftables", "iproute2", "openssl", "systemd", "curl", "jq", "git", "openssh-client"}

// programs tells by which file, or one of several, a package is known to be there; it may have come another way than by
// apt.
var programs = map[string]string{
	"chromium":       "chromium chromium-browser google-chrome",
	"curl":           "curl",
	"debootstrap":    "debootstrap",
	"docker.io":      "dockerd",
	"docker-cli":     "docker",
	"git":            "git",
	"iproute2":       "ip",
	"jq":             "jq",
	"nftables":       "nft",
	"nginx":          "nginx",
	"openssh-client": "ssh",
	"openssl":        "openssl",
	"postgresql":     "/usr/lib/postgresql/*/bin/postgres",
	"shellcheck":     "shellcheck",
	"systemd":        "systemd-analyze",
}

// Packages installs those of the named Debian packages that are missing. Without root it says which, and how to.
func Packages(ctx context.Context, names ...string) error {
	var missing []string
	for _, name := range names {
		if !present(programs[name]) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return fmt.Errorf("missing: %s (the names are Debian's; there is no apt-get here to install them with)", strings.Join(missing, ", "))
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("missing: %s; install with: sudo apt-get install --no-install-recommends %s", strings.Join(missing, ", "), strings.Join(missing, " "))
	}
	return command.Step(os.Stderr, "install "+strings.Join(missing, ", "), func() error { return aptInstall(ctx, missing) })
}

// present reports whether one of the programs exists: by name, on PATH or where Debian keeps root's, or by a pattern of
// its path.
func present(programs string) bool {
	return slices.ContainsFunc(strings.Fields(programs), exists)
}

func exists(program string) bool {
	if strings.HasPrefix(program, "/") {
		found, err := filepath.Glob(program)
		return err == nil && len(found) > 0
	}
	if _, err := exec.LookPath(program); err == nil {
		return true
	}
	_, err := exec.LookPath("/usr/sbin/" + program)
	return err == nil
}

func aptInstall(ctx context.Context, packages []string) (err error) {
	allow, err := denyStarts("/usr/sbin/policy-rc.d")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, allow()) }()
	// DEBIAN_FRONTEND goes to the packages' scripts by env, which leaves this process's environment alone.
	apt := []string{"DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "--quiet", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"}
	if _, err := command.Run(ctx, "env", append(apt, "update")...); err != nil {
		return err
	}
	_, err = command.Run(ctx, "env", append(append(apt, "install", "--no-install-recommends"), packages...)...)
	return err
}

// denial is the policy that denies every start.
const denial = "#!/bin/sh\n# crosscloud's twin installs packages; this file goes when it is done.\nexit 101\n"

// denyStarts keeps what is installed from starting its services, which would take ports 80 and 5432. A policy that the
// machine has stays; one that a killed run of this left is taken over, to be removed.
func denyStarts(path string) (allow func() error, err error) {
	allow = func() error { return os.Remove(path) }
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return allow, os.WriteFile(path, []byte(denial), 0o755)
	case err != nil:
		return nil, err
	case string(text) == denial:
		return allow, nil
	}
	return func() error { return nil }, nil
}
