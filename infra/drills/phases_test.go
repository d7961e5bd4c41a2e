//go:build drills

package drills

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// phases say what was done to the stack, and how long it took until it was whole again: the site served what visitors
// had typed. They are printed and never asserted: machines are noisy.
var phases phaseTable

type phaseTable []phase

type phase struct {
	done string
	took time.Duration
}

func (p *phaseTable) add(done string, start time.Time) {
	*p = append(*p, phase{done, time.Since(start)})
}

func (p *phaseTable) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "what was done\twhole again after")
	for _, phase := range *p {
		fmt.Fprintf(table, "%s\t%6.1f s\n", phase.done, phase.took.Seconds())
	}
	table.Flush()
}
