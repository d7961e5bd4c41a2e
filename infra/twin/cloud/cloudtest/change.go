package cloudtest

import "maps"

// Change is one argument of a kind and what becomes of a resource whose argument changes.
type Change struct {
	argument string
	name     string
	becomes  string // Updated, Replaced, Same, or "" where the new value is refused
	stops    bool
	halts    bool
	to       any
	given    map[string]any // arguments beside those of the kind's table, before and after
	also     map[string]any // arguments that change together with this one
	says     string         // the refusal
}

// The argument is a path as cloud.Arguments spells it; "[*]" stands for the first of a list. The value is the new one;
// nil takes the argument away.

// InPlace is a change that the resource takes as it is. A machine runs on.
func InPlace(argument string, to any) Change {
	return Change{argument: argument, becomes: Updated, to: to}
}

// Stopping is a change in place for which a machine is stopped and started.
func Stopping(argument string, to any) Change {
	return Change{argument: argument, becomes: Updated, stops: true, to: to}
}

// Replaces is a change for which there is a new resource.
func Replaces(argument string, to any) Change {
	return Change{argument: argument, becomes: Replaced, to: to}
}

// Ignored is a change that is no reason to do anything.
func Ignored(argument string, to any) Change {
	return Change{argument: argument, becomes: Same, to: to}
}

// Refused is a change that can't come about, because the twin, or the cloud, takes no other value.
func Refused(argument string, to any, says string) Change {
	return Change{argument: argument, to: to, says: says}
}

// From sets the value before.
func (c Change) From(value any) Change { return c.With(c.argument, value) }

// With sets another argument, before and after.
func (c Change) With(argument string, value any) Change {
	c.given = put(c.given, argument, value)
	return c
}

// And changes another argument at the same time.
func (c Change) And(argument string, value any) Change {
	c.also = put(c.also, argument, value)
	return c
}

// When tells two changes of one argument apart.
func (c Change) When(name string) Change {
	c.name = name
	return c
}

// Halts is for a change that leaves the machine stopped.
func (c Change) Halts() Change {
	c.halts = true
	return c
}

func (c Change) String() string {
	if c.name == "" {
		return c.argument
	}
	return c.argument + ", " + c.name
}

func put(all map[string]any, key string, value any) map[string]any {
	all = maps.Clone(all)
	if all == nil {
		all = map[string]any{}
	}
	all[key] = value
	return all
}
