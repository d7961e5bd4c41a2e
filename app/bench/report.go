package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// report is what one run found; bench.json holds it as it stands here.
type report struct {
	Time    time.Time `json:"time"`
	Machine string    `json:"machine"`
	Figures []figure  `json:"figures"`
	Bars    []bar     `json:"-"` // of the chart
}

type figure struct {
	Group  string  `json:"group"` // what was measured
	Name   string  `json:"name"`  // what about it
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Target *target `json:"target,omitempty"`
}

// target is the worst value that is good enough.
type target struct {
	Limit float64 `json:"limit"`
	Least bool    `json:"least"` // false: Limit is the most
}

func atLeast(limit float64) *target { return &target{limit, true} }
func atMost(limit float64) *target  { return &target{limit, false} }

func (t target) met(value float64) bool {
	if t.Least {
		return value >= t.Limit
	}
	return value <= t.Limit
}

func (t target) String() string {
	if t.Least {
		return fmt.Sprintf("≥ %v", t.Limit)
	}
	return fmt.Sprintf("≤ %v", t.Limit)
}

func (r *report) add(group, name string, value float64, unit string, target *target) {
	r.Figures = append(r.Figures, figure{group, name, value, unit, target})
}

func (r *report) print(w io.Writer) {
	fmt.Fprintln(w, r.Machine)
	group := ""
	for _, f := range r.Figures {
		if f.Group != group {
			group = f.Group
			fmt.Fprintf(w, "\n%s\n", group)
		}
		aim, verdict := "", ""
		if f.Target != nil {
			aim, verdict = f.Target.String(), "missed"
			if f.Target.met(f.Value) {
				verdict = "ok"
			}
		}
		line := fmt.Sprintf("  %-48s %8s %-12s %-7s %s", f.Name, rounded(f.Value), f.Unit, aim, verdict)
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// rounded keeps about three digits; more of them is noise.
func rounded(value float64) string {
	switch {
	case value >= 100:
		return fmt.Sprintf("%.0f", value)
	case value >= 10:
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.3g", value)
}

func (r *report) save(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "bench.json"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	chart, err := os.Create(filepath.Join(dir, "bench.svg"))
	if err != nil {
		return err
	}
	defer chart.Close()
	if err := drawChart(chart, r); err != nil {
		return err
	}
	return chart.Close()
}
