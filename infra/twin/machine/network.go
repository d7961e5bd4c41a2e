package machine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// The ranges that RFC 2544 reserves for benchmarks: the internet has no host there, so a twin's public addresses can be
// taken for nobody's.
var ranges = []netip.Prefix{netip.MustParsePrefix("198.18.0.0/16"), netip.MustParsePrefix("198.19.0.0/16")}

// EnsureNetwork creates the instance's network, in the first range that is free, unless it exists.
func (e *Engine) EnsureNetwork(ctx context.Context) error {
	if err := e.owned(ctx); err != nil {
		return err
	}
	out, err := docker(ctx, nil, "network", "inspect", "--format", "{{range .IPAM.Config}}{{.Subnet}}{{end}}", e.network())
	if err == nil {
		e.subnet, err = netip.ParsePrefix(strings.TrimSpace(string(out)))
		return err
	}
	if !errors.Is(err, ErrNotFound) {
		return err
	}
	var problems []error
	for _, r := range ranges {
		// Another engine on this machine may have the range, which this one does not see. Two bridges with one range
		// would mix up who calls: each engine rewrites the addresses of the other's traffic.
		if err := unused(r); err != nil {
			problems = append(problems, err)
			continue
		}
		_, err := docker(ctx, nil, "network", "create", "--label", e.label(), "--label", directoryLabel+"="+e.dir, "--subnet", r.String(),
			"--gateway", nth(r, 0, 1).String(),
			// What gets no address from a cloud (a VM without a public one) gets one that no cloud gives out.
			"--ip-range", netip.PrefixFrom(nth(r, 224, 0), 20).String(), e.network())
		if err == nil {
			e.subnet = r
			return nil
		}
		problems = append(problems, err)
	}
	return fmt.Errorf("no range for the network is free; end another twin with its `make down`: %w", errors.Join(problems...))
}

// directoryLabel says on the network which directory its instance's files are in.
const directoryLabel = "crosscloud.directory"

// owned is an error if an instance of this name runs from another directory, such as that of a second clone: each would
// take the other's containers for its own. A directory that is gone leaves its containers to whoever comes.
func (e *Engine) owned(ctx context.Context) error {
	out, err := docker(ctx, nil, "network", "inspect", "--format", "{{index .Labels "+strconv.Quote(directoryLabel)+"}}", e.network())
	if errors.Is(err, ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	other := strings.TrimSpace(string(out))
	if other == e.dir {
		return nil
	}
	if _, err := os.Stat(other); err != nil {
		return nil
	}
	return fmt.Errorf("the twin %q runs already, from %s: run `make down` there, or choose another name with CROSSCLOUD_TWIN", e.name, other)
}

// unused is an error if a network card of this machine has an address in the range.
func unused(r netip.Prefix) error {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	for _, address := range addresses {
		if has, err := netip.ParsePrefix(address.String()); err == nil && r.Overlaps(has.Masked()) {
			return fmt.Errorf("%s is in use on this machine: %s", r, has)
		}
	}
	return nil
}

// Subnet has all addresses of the instance. It is known after EnsureNetwork.
func (e *Engine) Subnet() netip.Prefix { return e.subnet }

// ServicesAddress is where the services answer. It is known after EnsureNetwork; before that it is the zero Addr.
func (e *Engine) ServicesAddress() netip.Addr {
	if !e.subnet.IsValid() {
		return netip.Addr{}
	}
	return nth(e.subnet, 0, 2)
}

// nth is the address c.d of a /16.
func nth(p netip.Prefix, c, d byte) netip.Addr {
	a := p.Addr().As4()
	a[2], a[3] = c, d
	return netip.AddrFrom4(a)
}

// SetAddress gives the machine's network card another address: it is unplugged and plugged in again, so live
// connections die as they do when a cloud moves an address. The zero Addr stands for no public address.
func (e *Engine) SetAddress(ctx context.Context, name string, addr netip.Addr) error {
	status, err := e.Status(ctx, name)
	switch {
	case err != nil:
		return err
	case !status.Exists:
		return fmt.Errorf("machine %s: %w", name, ErrNotFound)
	case addr.IsValid() && status.Address == addr:
		return nil
	}
	if _, err := docker(ctx, nil, "network", "disconnect", e.network(), e.object(name)); err != nil && !strings.Contains(err.Error(), "is not connected") {
		return err
	}
	args := []string{"network", "connect"}
	if addr.IsValid() {
		args = append(args, "--ip", addr.String())
	}
	if _, err := docker(ctx, nil, append(args, e.network(), e.object(name))...); err != nil {
		return err
	}
	if !status.Running {
		return nil // the boot wrapper sets the route
	}
	// The route went with the card.
	if _, err := e.Exec(ctx, name, nil, "ip", "route", "replace", "169.254.169.254/32", "via", e.ServicesAddress().String()); err != nil {
		return err
	}
	// A cloud's VM asks its metadata service from its private address, which stays; here the address is in the question.
	// Who waits for an answer is to ask again, and not to wait for what can't come. A kernel without INET_DIAG_DESTROY
	// leaves that to the client's own time limit.
	_, _ = e.Exec(ctx, name, nil, "ss", "--kill", "dst", "169.254.169.254")
	return nil
}
