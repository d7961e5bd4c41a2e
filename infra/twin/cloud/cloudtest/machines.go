package cloudtest

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"crosscloud/infra/twin/cloud"
)

// Machine is what Machines keeps of one.
type Machine struct {
	cloud.Spec
	Running bool
	Boots   int

	created []cloud.Attachment // the disks that it was created with
}

// Machines is a machine engine that only remembers. It refuses what a real one can't do.
type Machines struct {
	mu       sync.Mutex
	machines map[string]Machine
	disks    map[string]int // sizes in GB
}

var _ cloud.Machines = (*Machines)(nil)

// NewMachines returns an engine without machines and disks.
func NewMachines() *Machines {
	return &Machines{machines: map[string]Machine{}, disks: map[string]int{}}
}

// Machine returns what became of a machine.
func (m *Machines) Machine(name string) (Machine, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	machine, ok := m.machines[name]
	return machine, ok
}

// Disks returns the sizes of all disks, in GB.
func (m *Machines) Disks() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.disks)
}

// Lose removes a machine or a disk behind the cloud's back.
func (m *Machines) Lose(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.machines, name)
	delete(m.disks, name)
}

func (m *Machines) Create(_ context.Context, spec cloud.Spec) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.machines[spec.Name]; taken {
		return fmt.Errorf("machine %s exists", spec.Name)
	}
	for _, a := range spec.Disks {
		if _, there := m.disks[a.Disk]; !there {
			return fmt.Errorf("no disk %s", a.Disk)
		}
		if m.uses(a.Disk) {
			return fmt.Errorf("disk %s is attached to another machine", a.Disk)
		}
	}
	if err := m.addressFree(spec.Name, spec.Address); err != nil {
		return err
	}
	m.machines[spec.Name] = Machine{Spec: spec, Running: true, Boots: 1, created: spec.Disks}
	return nil
}

func (m *Machines) Start(_ context.Context, name string) error {
	return m.change(name, func(machine *Machine) error {
		if !machine.Running {
			machine.Running = true
			machine.Boots++
		}
		return nil
	})
}

func (m *Machines) Stop(_ context.Context, name string) error {
	return m.change(name, func(machine *Machine) error {
		machine.Running = false
		return nil
	})
}

func (m *Machines) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.machines, name)
	return nil
}

func (m *Machines) Status(_ context.Context, name string) (cloud.Status, error) {
	machine, exists := m.Machine(name)
	return cloud.Status{Exists: exists, Running: machine.Running, Address: machine.Address}, nil
}

func (m *Machines) SetAddress(_ context.Context, name string, addr netip.Addr) error {
	return m.change(name, func(machine *Machine) error {
		if err := m.addressFree(name, addr); err != nil {
			return err
		}
		machine.Address = addr
		return nil
	})
}

func (m *Machines) SetFirewall(_ context.Context, name, ruleset string) error {
	return m.change(name, func(machine *Machine) error {
		machine.Firewall = ruleset
		return nil
	})
}

func (m *Machines) SetDisks(_ context.Context, name string, disks []cloud.Attachment) error {
	return m.change(name, func(machine *Machine) error {
		if machine.Running {
			return fmt.Errorf("machine %s runs: the twin attaches and detaches disks of stopped machines only", name)
		}
		for _, a := range disks {
			if !has(machine.created, a.Disk) {
				return fmt.Errorf("machine %s was created without disk %s: the twin can attach it only to a new machine", name, a.Disk)
			}
		}
		machine.Disks = disks
		return nil
	})
}

func (m *Machines) CreateDisk(_ context.Context, name string, sizeGB int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, taken := m.disks[name]; taken {
		return fmt.Errorf("disk %s exists", name)
	}
	m.disks[name] = sizeGB
	return nil
}

func (m *Machines) ResizeDisk(_ context.Context, name string, sizeGB int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old, there := m.disks[name]; !there || sizeGB < old {
		return fmt.Errorf("disk %s can't have %d GB after %d", name, sizeGB, old)
	}
	m.disks[name] = sizeGB
	return nil
}

func (m *Machines) DeleteDisk(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.uses(name) {
		return fmt.Errorf("disk %s is in use by another machine", name)
	}
	delete(m.disks, name)
	return nil
}

func (m *Machines) DiskExists(_ context.Context, name string) (bool, error) {
	_, there := m.Disks()[name]
	return there, nil
}

func (m *Machines) change(name string, change func(*Machine) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	machine, ok := m.machines[name]
	if !ok {
		return fmt.Errorf("no machine %s", name)
	}
	if err := change(&machine); err != nil {
		return err
	}
	m.machines[name] = machine
	return nil
}

// uses says whether a machine has the disk. One that was detached is still its container's.
func (m *Machines) uses(disk string) bool {
	for _, machine := range m.machines {
		if has(machine.created, disk) {
			return true
		}
	}
	return false
}

func has(disks []cloud.Attachment, disk string) bool {
	return slices.ContainsFunc(disks, func(a cloud.Attachment) bool { return a.Disk == disk })
}

func (m *Machines) addressFree(name string, addr netip.Addr) error {
	for other, machine := range m.machines {
		if other != name && addr.IsValid() && machine.Address == addr {
			return fmt.Errorf("machine %s has the address %s", other, addr)
		}
	}
	return nil
}
