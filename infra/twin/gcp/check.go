package gcp

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"crosscloud/infra/twin/cloud"
)

// checks collects what is wrong with a resource's arguments. An argument that is not known yet is empty, and passes.
type checks struct{ failures []cloud.Failure }

func (c *checks) add(property, format string, args ...any) {
	c.failures = append(c.failures, cloud.Failure{Property: property, Reason: fmt.Sprintf(format, args...)})
}

// refuse is add for what the API refuses, and not the provider: the twin says so before it makes anything, in the API's words.
func (c *checks) refuse(property string, err error) { c.add(property, "%v", err) }

// resourceName is the rule of Compute Engine for the names of almost everything.
var resourceName = regexp.MustCompile(`^(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)$`)

func (c *checks) name(property, name string) { c.match(property, name, resourceName) }

// apiName is name for what the provider leaves to the API.
func (c *checks) apiName(property, field, name string) {
	if name != "" && !resourceName.MatchString(name) {
		c.refuse(property, invalidField(field, name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'"))
	}
}

func (c *checks) match(property, value string, rule *regexp.Regexp) {
	if value != "" && !rule.MatchString(value) {
		c.add(property, "%q (%q) doesn't match regexp %q", property, value, rule)
	}
}

func (c *checks) oneOf(property, value string, allowed ...string) {
	if value != "" && !slices.Contains(allowed, value) {
		c.add(property, "expected %s to be one of %q, got %s", property, allowed, value)
	}
}

// length refuses texts that are longer than Google stores.
func (c *checks) length(property, text string, most int) {
	if len(text) > most {
		c.add(property, "expected length of %s to be in the range (0 - %d), got %d characters", property, most, len(text))
	}
}

var (
	labelKey   = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$`)
	labelValue = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
)

// labels checks the rules of https://cloud.google.com/compute/docs/labeling-resources#requirements.
func (c *checks) labels(property string, labels map[string]string) {
	if len(labels) > 64 {
		c.refuse(property, invalidField("resource.labels", "", "A resource has at most 64 labels, got %d.", len(labels)))
	}
	for key, value := range labels {
		if !labelKey.MatchString(key) {
			c.refuse(property+"."+key, invalidField("resource.labels", "", "Label key '%s' violates format constraints. "+
				"The key must start with a lowercase character, can only contain lowercase letters, numeric characters, underscores and dashes. "+
				"The key can be at most 63 characters long. International characters are allowed.", key))
		}
		if !labelValue.MatchString(value) {
			c.refuse(property+"."+key, invalidField("resource.labels", "", "Label value '%s' violates format constraints. "+
				"The value can only contain lowercase letters, numeric characters, underscores and dashes. "+
				"The value can be at most 63 characters long. International characters are allowed.", value))
		}
	}
}

// sourceRange accepts a network whose host bits are zero. The provider looks at none of that, the API does.
func (c *checks) sourceRange(property, field, text string) {
	if prefix, err := netip.ParsePrefix(text); text != "" && (err != nil || prefix != prefix.Masked()) {
		c.refuse(property, noRange(field, text))
	}
}

func noRange(field, text string) error {
	family := "IPV4"
	if strings.Contains(text, ":") {
		family = "IPV6"
	}
	return invalidField(field, text, "Must be a valid %s CIDR address range.", family)
}

func (c *checks) region(property, region string) {
	if _, known := zones[region]; region != "" && !known {
		c.refuse(property, invalidField("region", region, "Unknown region."))
	}
}

func (c *checks) zone(property, zone string) {
	if zone == "" {
		return
	}
	if _, err := regionOf(zone); err != nil {
		c.refuse(property, err)
	}
}
