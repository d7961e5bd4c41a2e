package stack

import (
	"fmt"
	"strings"
)

// problems collects what is wrong with the configuration, so that one run
// tells all of it.
type problems []string

func (p *problems) add(key, value, reason string) {
	*p = append(*p, fmt.Sprintf("%s = %q: %s", key, value, reason))
}

// err is nil when nothing is wrong.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return fmt.Errorf("the stack's configuration has %d problem(s); nothing was changed:\n  - %s\nSet a key with `pulumi config set KEY VALUE`; Pulumi.yaml describes each",
		len(p), strings.Join(p, "\n  - "))
}
