package aws

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

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

// network requires a network of IPv4 with a length of from to to bits, as VPCs and subnets have.
func (f *failures) network(property, text string, from, to int) {
	if text == "" {
		return
	}
	if prefix, ok := f.prefix(property, text, netip.Addr.Is4); ok {
		f.addIf(prefix.Bits() < from || prefix.Bits() > to, property,
			"expected %q to contain a network Value with between %d and %d significant bits, got: %d", property, from, to, prefix.Bits())
	}
}

// prefix requires a network in its canonical form, without host bits.
func (f *failures) prefix(property, text string, family func(netip.Addr) bool) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(text)
	switch {
	case err != nil:
		f.add(property, "%q is not a valid CIDR block: invalid CIDR address: %s", text, text)
	case !family(prefix.Addr()):
		f.add(property, "%q is not a valid CIDR block of this IP version", text)
	case prefix != prefix.Masked():
		f.add(property, "%q is not a valid CIDR block; did you mean %q?", text, prefix.Masked())
	case prefix.String() != text:
		f.add(property, "%q is not a valid CIDR block; did you mean %q?", text, prefix)
	default:
		return prefix, true
	}
	return prefix, false
}

func (f *failures) oneOf(property, value string, allowed ...string) {
	f.addIf(value != "" && !slices.Contains(allowed, value), property, "expected %s to be one of %q, got %s", property, allowed, value)
}

func (f *failures) length(property, value string, limit int) {
	f.addIf(len(value) > limit, property, "expected length of %s to be in the range (0 - %d), got %d characters", property, limit, len(value))
}

// tags are limited alike by all services, which refuse them with codes of their own; these are EC2's: "Tag restrictions",
// Amazon EC2 User Guide.
func (f *failures) tags(property string, tags map[string]string) {
	f.addIf(len(tags) > 50, property, "TagLimitExceeded: The maximum number of Tags for a resource has been reached.")
	for key, value := range tags {
		f.addIf(strings.HasPrefix(strings.ToLower(key), "aws:"), property,
			"InvalidParameterValue: Tag keys starting with 'aws:' are reserved for internal use: %q", key)
		f.addIf(key == "", property, "InvalidParameterValue: Tag key cannot be null or empty")
		f.addIf(len([]rune(key)) > 128, property, "InvalidParameterValue: Tag key exceeds the maximum length of 128 characters: %q", key)
		f.addIf(len([]rune(value)) > 256, property, "InvalidParameterValue: Tag value exceeds the maximum length of 256 characters: key %q", key)
	}
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
