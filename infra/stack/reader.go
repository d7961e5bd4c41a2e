package stack

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"golang.org/x/crypto/ssh"
)

// widestAdminBits is the shortest IPv4 prefix that adminCidrs accepts without
// allowWideAdmin: 65,536 addresses cover a company, not a provider.
const widestAdminBits = 16

// reader turns configuration values into typed ones and notes every problem.
type reader struct {
	own, aws, gcp *config.Config
	secret        func(name string) bool // set with --secret: its value is not repeated
	problems      problems
}

func (r *reader) problem(name, value, reason string) {
	key, _, _ := strings.Cut(name, "[")
	if r.secret(key) {
		value = "[secret]"
	}
	r.problems.add(name, value, reason)
}

// name is the key as the operator types it for `pulumi config set`.
func (r *reader) name(c *config.Config, key string) string {
	switch c {
	case r.aws:
		return "aws:" + key
	case r.gcp:
		return "gcp:" + key
	}
	return "crosscloud:" + key
}

// text reads a value that must be there; example shows one that is right.
func (r *reader) text(c *config.Config, key, example string, valid rule) string {
	value, err := c.Try(key)
	if err != nil || value == "" {
		r.problem(r.name(c, key), value, fmt.Sprintf("is not set; for example %q", example))
		return ""
	}
	r.check(r.name(c, key), value, valid)
	return value
}

func (r *reader) optional(key string, valid rule) string {
	value := r.own.Get(key)
	if value != "" {
		r.check(r.name(r.own, key), value, valid)
	}
	return value
}

func (r *reader) check(name, value string, valid rule) {
	if valid == nil {
		return
	}
	if reason := valid(value); reason != "" {
		r.problem(name, value, reason)
	}
}

func (r *reader) number(key string, least, most int) int {
	n, err := r.own.TryInt(key)
	if err != nil || n < least || n > most {
		r.problem(r.name(r.own, key), r.own.Get(key), fmt.Sprintf("must be a whole number from %d to %d", least, most))
	}
	return n
}

func (r *reader) flag(key string) bool {
	on, err := r.own.TryBool(key)
	if err != nil {
		r.problem(r.name(r.own, key), r.own.Get(key), "must be true or false")
	}
	return on
}

// list reads a JSON array of strings; an absent key is an empty list.
func (r *reader) list(key string) []string {
	var values []string
	if err := r.own.TryObject(key, &values); err != nil && !errors.Is(err, config.ErrMissingVar) {
		r.problem(r.name(r.own, key), r.own.Get(key), "must be a list of strings")
	}
	return values
}

func (r *reader) prefixes(key string, wide bool) []netip.Prefix {
	var prefixes []netip.Prefix
	for i, value := range r.list(key) {
		name := fmt.Sprintf("%s[%d]", r.name(r.own, key), i)
		prefix, err := netip.ParsePrefix(value)
		switch {
		case err != nil && isAddress(value):
			r.problem(name, value, fmt.Sprintf("has no prefix length; did you mean \"%s/32\"?", value))
		case err != nil:
			r.problem(name, value, "is not a CIDR; for example \"203.0.113.7/32\"")
		case !prefix.Addr().Is4():
			r.problem(name, value, "is not IPv4; both networks are IPv4 only")
		case prefix != prefix.Masked():
			r.problem(name, value, fmt.Sprintf("has host bits set; did you mean %q or \"%s/32\"?", prefix.Masked(), prefix.Addr()))
		case slices.Contains(prefixes, prefix):
			r.problem(name, value, "is in the list already")
		case prefix.Bits() < widestAdminBits && !wide:
			r.problem(name, value, fmt.Sprintf("is wider than /%d; set allowWideAdmin to true if that is meant", widestAdminBits))
		default:
			prefixes = append(prefixes, prefix)
		}
	}
	return prefixes
}

func (r *reader) sshKeys(key string) []string {
	keys := r.list(key)
	for i, value := range keys {
		_, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(value))
		if err != nil || len(options) > 0 || strings.TrimSpace(string(rest)) != "" {
			r.problem(fmt.Sprintf("%s[%d]", r.name(r.own, key), i), value, "is not one public key; for example \"ssh-ed25519 AAAA… name\"")
		}
		keys[i] = strings.TrimSpace(value) // from a file, it ends with a newline
	}
	return keys
}

func (r *reader) zoneIn(zone, region, zoneKey, regionKey, separator string) {
	rest, found := strings.CutPrefix(zone, region+separator)
	if zone == "" || region == "" || (found && len(rest) == 1 && rest[0] >= 'a' && rest[0] <= 'z') {
		return
	}
	r.problem(zoneKey, zone, fmt.Sprintf("is not a zone of %s (%s)", region, regionKey))
}

func isAddress(value string) bool {
	_, err := netip.ParseAddr(value)
	return err == nil
}
