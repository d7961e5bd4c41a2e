package state

import (
	"fmt"
	"net/netip"
)

// MachineAt returns the machine whose network card carries the address, and its id in the store. That is how the
// services know who calls: nothing between a machine and them rewrites a source address. Private addresses do not count:
// the twin has them on record only, and two clouds' networks may have the same.
func MachineAt(s *Store, address netip.Addr) (id string, m Machine, err error) {
	address = address.Unmap()
	machines, err := List[Machine](s)
	if err != nil {
		return "", Machine{}, err
	}
	for id, m := range machines {
		if own, err := netip.ParseAddr(m.Address); err == nil && own == address {
			return id, m, nil
		}
	}
	return "", Machine{}, fmt.Errorf("a machine with the address %s: %w", address, ErrNotFound)
}
