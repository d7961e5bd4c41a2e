//go:build drills

package drills

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// phases are printed and never asserted: machines are noisy.
var phases phaseTable

type phaseTable []phase

type phase struct {
	name string
	took time.Duration
}

func (p *phaseTable) add(name string, start time.Time) {
	*p = append(*p, phase{name, time.Since(start)})
}

func (p *phaseTable) print(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, phase := range *p {
		fmt.Fprintf(table, "%s\t%.1f s\t\n", phase.name, phase.took.Seconds())
	}
	table.Flush()
}
