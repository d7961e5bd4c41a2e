package main

import (
	"html/template"
	"io"
)

// bar is one rate of the chart.
type bar struct {
	Name string
	Rate float64 // per second
}

// Sizes of the chart, in pixels.
const (
	chartWidth = 720
	nameWidth  = 220
	rateWidth  = 80 // room behind the longest bar
	barHeight  = 32
	chartTop   = 56
)

// html/template escapes for SVG as well, which is the same syntax.
var chart = template.Must(template.New("chart").Funcs(template.FuncMap{"rounded": rounded}).Parse(
	`<svg xmlns="http://www.w3.org/2000/svg" width="{{.Width}}" height="{{.Height}}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
<text x="12" y="24" font-size="15" font-weight="bold">Per second, on the same machine in the same run</text>
<text x="12" y="42" fill="#555">{{.Machine}}</text>
{{range .Bars}}<text x="12" y="{{.Text}}">{{.Name}}</text>
<rect x="{{.Left}}" y="{{.Top}}" width="{{printf "%.1f" .Width}}" height="20" fill="#2f6fb2"/>
<text x="{{printf "%.1f" .End}}" y="{{.Text}}">{{rounded .Rate}}</text>
{{end}}</svg>
`))

type drawnBar struct {
	bar
	Left, Top, Text int
	Width, End      float64
}

func drawChart(w io.Writer, r *report) error {
	longest := 1.0
	for _, b := range r.Bars {
		longest = max(longest, b.Rate)
	}
	var bars []drawnBar
	for i, b := range r.Bars {
		top := chartTop + i*barHeight
		width := b.Rate / longest * (chartWidth - nameWidth - rateWidth)
		bars = append(bars, drawnBar{b, nameWidth, top, top + 15, width, nameWidth + width + 8})
	}
	return chart.Execute(w, map[string]any{
		"Width": chartWidth, "Height": chartTop + len(bars)*barHeight + 8, "Machine": r.Machine, "Bars": bars,
	})
}
