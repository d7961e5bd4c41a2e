package state

import (
	"fmt"
	"net/netip"
)

// MachineAt returns the machine whose network card carries the address. That is how the services know who calls:
// nothing between a machine and them rewrites a source address.
func MachineAt(s *Store, address netip.Addr) (Machine, error) {
	address = address.Unmap()
	machines, err := List[Machine](s)
	if err != nil {
		return Machine{}, err
	}
	for _, m := range machines {
		for _, text := range []string{m.Address, m.PrivateAddress} {
			if own, err := netip.ParseAddr(text); err == nil && own == address {
				return m, nil
			}
		}
	}
	return Machine{}, fmt.Errorf("a machine with the address %s: %w", address, ErrNotFound)
}
