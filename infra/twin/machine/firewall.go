package machine

import (
	"bufio"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"crosscloud/infra/twin/firewall"
)

// SetFirewall replaces a machine's ruleset at once, and keeps it for its next boot.
func (e *Engine) SetFirewall(ctx context.Context, name, ruleset string) error {
	status, err := e.Status(ctx, name)
	switch {
	case err != nil:
		return err
	case !status.Exists:
		return fmt.Errorf("machine %s: %w", name, ErrNotFound)
	case status.Running:
		// The kernel judges the ruleset before the file changes: a bad one must not stop the next boot.
		if _, err := e.Exec(ctx, name, []byte(ruleset+engineRules()), "nft", "-f", "-"); err != nil {
			return err
		}
	}
	return e.writeFirewall(name, ruleset)
}

// writeFirewall stores the ruleset where the boot wrapper looks for it.
func (e *Engine) writeFirewall(name, ruleset string) error {
	path := filepath.Join(e.machineDir(name), "firewall.nft")
	if err := os.WriteFile(path+".new", []byte(ruleset+engineRules()), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// engineRules is what only the engine knows: which name servers its resolver asks on the VM's behalf, from within the
// VM's network namespace.
func engineRules() string { return firewall.Resolvers(resolvers("/")) }

// resolvers finds the name servers that Docker hands to containers: those of resolv.conf, or behind a local stub those
// that systemd-resolved asks, or else Google's.
func resolvers(root string) []netip.Addr {
	for _, path := range []string{"etc/resolv.conf", "run/systemd/resolve/resolv.conf"} {
		f, err := os.Open(filepath.Join(root, path))
		if err != nil {
			continue
		}
		var found []netip.Addr
		for s := bufio.NewScanner(f); s.Scan(); {
			fields := strings.Fields(s.Text())
			if len(fields) < 2 || fields[0] != "nameserver" {
				continue
			}
			if a, err := netip.ParseAddr(fields[1]); err == nil && !a.IsLoopback() {
				found = append(found, a)
			}
		}
		f.Close()
		if len(found) > 0 {
			return found
		}
	}
	return []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("8.8.4.4")}
}
