package aws

import (
	"fmt"
	"net/netip"
	"slices"

	"crosscloud/infra/twin/cloud"
)

// The checks of arguments take unknown values, which are zero, for right: they are checked when they are known.

// failures collects what is wrong, so that a kind's Check is a list of its rules.
type failures []cloud.Failure

func (f *failures) add(property, format string, args ...any) {
	*f = append(*f, cloud.Failure{Property: property, Reason: fmt.Sprintf(format, args...)})
}

func (f *failures) addIf(wrong bool, property, format string, args ...any) {
	if wrong {
		f.add(property, format, args...)
	}
}

// network requires a network of IPv4 with a length of from to to bits, as VPCs have.
func (f *failures) network(property, text string, from, to int) {
	prefix, err := netip.ParsePrefix(text)
	switch {
	case text == "":
	case err != nil:
		f.add(property, "expected %q to contain a valid Value, got: %s with err: invalid CIDR address: %s", property, text, text)
	case !prefix.Addr().Is4():
		f.add(property, "%q is not a valid CIDR block of this IP version", text)
	case prefix.Masked().String() != text:
		f.add(property, "expected %q to contain a valid network Value, expected %s, got %s", property, prefix.Masked(), text)
	case prefix.Bits() < from || prefix.Bits() > to:
		f.add(property, "expected %q to contain a network Value with between %d and %d significant bits, got: %d", property, from, to, prefix.Bits())
	}
}

// parsePrefix is for the calls, which get no unknown value: there an empty text is wrong, too.
func parsePrefix(property, text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, fmt.Errorf("%s: "+notPrefix, property, text, text)
	}
	return prefix, nil
}

const notPrefix = "%q is not a valid CIDR block: invalid CIDR address: %s"

// prefix requires a network in its canonical form, without host bits.
func (f *failures) prefix(property, text string, family func(netip.Addr) bool) {
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		f.add(property, notPrefix, text, text)
	case !family(prefix.Addr()):
		f.add(property, "%q is not a valid CIDR block of this IP version", text)
	case prefix.Masked().String() != text:
		f.add(property, "%q is not a valid CIDR block; did you mean %q?", text, prefix.Masked())
	}
}

func (f *failures) oneOf(property, value string, allowed ...string) {
	f.addIf(value != "" && !slices.Contains(allowed, value), property, "expected %s to be one of %q, got %s", property, allowed, value)
}

func (f *failures) length(property, value string, limit int) {
	f.addIf(len(value) > limit, property, "expected length of %s to be in the range (0 - %d), got %d characters", property, limit, len(value))
}

func or[T any](p *T, otherwise T) T {
	if p != nil {
		return *p
	}
	return otherwise
}

func orDefault[T any](p *T, value T) *T {
	if p != nil {
		return p
	}
	return &value
}
