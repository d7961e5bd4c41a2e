package gcp

import (
	"net/netip"
	"regexp"
	"strings"
)

var (
	bucketCharacters = regexp.MustCompile(`^[a-z0-9_.-]*$`)
	bucketEnds       = regexp.MustCompile(`^[a-z0-9](?:.*[a-z0-9])?$`)
	// bucketGoogle has the spellings of the name that Google gives as examples of close ones.
	bucketGoogle = regexp.MustCompile(`g[o0]{2}g[l1i]e`)
)

// bucketNameProblem follows https://cloud.google.com/storage/docs/buckets#naming, which the provider checks itself.
func bucketNameProblem(name string) string {
	const length = "name must contain 3-63 characters. Names containing dots can contain up to 222 characters, " +
		"but each dot-separated component can be no longer than 63 characters"
	switch {
	case len(name) < 3 || len(name) > 222:
		return length
	case !bucketCharacters.MatchString(name):
		return "name can only contain lowercase letters, numeric characters, dashes (-), underscores (_), and dots (.)"
	case !bucketEnds.MatchString(name):
		return "name must start and end with a number or letter"
	case strings.HasPrefix(name, "goog"):
		return `name cannot begin with the "goog" prefix`
	case bucketGoogle.MatchString(name):
		return `name cannot contain "google" or close misspellings, such as "g00gle"`
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return "name cannot be represented as an IP address in dotted-decimal notation (for example, 192.168.5.4)"
	}
	for part := range strings.SplitSeq(name, ".") {
		if len(part) > 63 {
			return length
		}
		if part == "" || strings.HasPrefix(part, "-") || strings.HasSuffix(part, "-") {
			return "name cannot have an empty label, nor a dash beside a dot"
		}
	}
	return ""
}
