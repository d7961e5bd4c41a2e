package images

import (
	"context"
	"os"
	"strings"

	"crosscloud/infra/twin/command"
)

// archive is where this machine gets Debian packages from, and how; the twin's VMs use the same.
type archive struct {
	main, security string
	options        string // of apt: what a machine behind a proxy or an old mirror needs
}

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

// hostArchive reads apt's settings on this machine. Where there is no apt, or another distribution's, Debian's own
// addresses stand.
func hostArchive(ctx context.Context) archive {
	a := archive{main: "http://deb.debian.org/debian", security: "http://deb.debian.org/debian-security"}
	if dump, err := command.Run(ctx, "apt-config", "dump"); err == nil {
		a.options = aptOptions(dump)
	}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil || !strings.Contains("\n"+string(release), "\nID=debian\n") {
		return a
	}
	if targets, err := command.Run(ctx, "apt-get", "indextargets", "--format", "$(COMPONENT) $(RELEASE) $(REPO_URI)"); err == nil {
		a.addresses(targets)
	}
	return a
}

// aptOptions keeps of apt's configuration what decides whether the archive can be reached and believed.
func aptOptions(dump string) string {
	var kept strings.Builder
	kept.WriteString("// As on the machine that the twin runs on.\n")
	for line := range strings.Lines(dump) {
		for _, key := range []string{"http::Proxy", "https::Proxy", "Check-Valid-Until", "Check-Date"} {
			if strings.HasPrefix(line, "Acquire::"+key+" ") {
				kept.WriteString(line)
			}
		}
	}
	return kept.String()
}

// addresses takes the mirrors from apt's list of "COMPONENT RELEASE URI". Only those of Debian itself are named after
// their releases' code names and have a component main.
func (a *archive) addresses(targets string) {
	for line := range strings.Lines(targets) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] != "main" {
			continue
		}
		uri := strings.TrimSuffix(f[2], "/")
		switch {
		case strings.HasSuffix(uri, "/debian-security"):
			a.security = uri
		case strings.HasSuffix(uri, "/debian"):
			a.main = uri
		}
	}
}

func (a archive) sources() string {
	return "Types: deb\nURIs: " + a.main + "\nSuites: " + suite + " " + suite + "-updates\nComponents: main\nSigned-By: " + keyring +
		"\n\nTypes: deb\nURIs: " + a.security + "\nSuites: " + suite + "-security\nComponents: main\nSigned-By: " + keyring + "\n"
}
