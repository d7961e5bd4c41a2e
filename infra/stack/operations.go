package stack

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"crosscloud/infra/operation"
)

// kinds are the operations that each host knows, and the arguments that each takes.
var kinds = map[string]map[string][]string{
	"web":      {"restart": nil},
	"database": {"restart": nil},
}

// validOperationID is narrow because ids go through shell scripts, and up to ten of them into a status of 4 KB.
var validOperationID = matches(`[a-z0-9][a-z0-9-]{0,39}`, "is not 1 to 40 lower-case letters, digits and hyphens, beginning with a letter or digit")

// asked is an operation as the configuration has it.
type asked struct {
	ID, Host, Kind string
	Args           map[string]string
}

// operations reads a list of operations and sorts them by host. An id is one in the stack, not in its host, so that a
// person can tell what happened by it.
func (r *reader) operations(key string) map[string][]operation.Operation {
	var list []asked
	if err := r.own.TryObject(key, &list); err != nil && !errors.Is(err, config.ErrMissingVar) {
		r.problem(r.name(r.own, key), r.own.Get(key), "must be a list of {id, host, kind, args}, where args may be left out and every value is text")
		return nil
	}
	byHost := map[string][]operation.Operation{}
	seen := map[string]bool{}
	for i, entry := range list {
		name := fmt.Sprintf("%s[%d]", r.name(r.own, key), i)
		r.check(name+".id", entry.ID, validOperationID)
		if seen[entry.ID] && entry.ID != "" {
			r.problem(name+".id", entry.ID, "is in the list already; an operation that is asked for again needs a new id")
		}
		seen[entry.ID] = true
		r.kind(name, entry)
		byHost[entry.Host] = append(byHost[entry.Host], operation.Operation{ID: entry.ID, Kind: entry.Kind, Args: entry.Args})
	}
	return byHost
}

func (r *reader) kind(name string, entry asked) {
	known, isHost := kinds[entry.Host]
	if !isHost {
		r.problem(name+".host", entry.Host, `is neither "web" nor "database"`)
		return
	}
	args, isKind := known[entry.Kind]
	if !isKind {
		r.problem(name+".kind", entry.Kind, fmt.Sprintf("is nothing that host %s can do; it knows %s", entry.Host, strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		return
	}
	for _, arg := range slices.Sorted(maps.Keys(entry.Args)) {
		if !slices.Contains(args, arg) {
			r.problem(name+".args."+arg, entry.Args[arg], fmt.Sprintf("is no argument of %s", entry.Kind))
		}
	}
}
