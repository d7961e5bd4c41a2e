package web

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Phones put no SVG on their home screen. touch.png is icon.svg in pixels, without
// round corners because phones cut them themselves.
func TestTheTouchIconIsTheIcon(t *testing.T) {
	const file = "static/touch.png"
	svg, err := embedded.ReadFile("static/icon.svg")
	require.NoError(t, err)
	require.Contains(t, string(svg), `viewBox="0 0 32 32"`)
	require.Contains(t, string(svg), `fill="#2458c5"`)
	require.Contains(t, string(svg), `d="M8 17l6 6 11-14" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"`)
	drawn := touchIcon()
	if *update {
		var content bytes.Buffer
		require.NoError(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&content, drawn))
		require.NoError(t, os.WriteFile(file, content.Bytes(), 0o644))
	}
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	stored, err := png.Decode(bytes.NewReader(content))
	require.NoError(t, err)
	assert.Equal(t, drawn, stored, "if the change is meant: go test ./app/web -update")
}

func touchIcon() *image.Paletted {
	const (
		size   = 180                // what Apple asks for
		shades = 16                 // from the ground to the tick, for smooth edges
		scale  = float64(size) / 32 // pixels for each unit of the SVG
	)
	palette := make(color.Palette, shades)
	for i := range palette {
		mix := func(from uint8) uint8 { return from + uint8(int(255-from)*i/(shades-1)) }
		palette[i] = color.RGBA{mix(0x24), mix(0x58), mix(0xc5), 255}
	}
	icon := image.NewPaletted(image.Rect(0, 0, size, size), palette)
	for y := range size {
		for x := range size {
			at := point{(float64(x) + 0.5) / scale, (float64(y) + 0.5) / scale}
			away := min(at.distance(point{8, 17}, point{14, 23}), at.distance(point{14, 23}, point{25, 9}))
			covered := min(max((2-away)*scale+0.5, 0), 1) // the stroke is 4 wide
			icon.SetColorIndex(x, y, uint8(math.Round(covered*(shades-1))))
		}
	}
	return icon
}

type point struct{ x, y float64 }

// distance is that from the line between two points.
func (p point) distance(a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	along := min(max(((p.x-a.x)*dx+(p.y-a.y)*dy)/(dx*dx+dy*dy), 0), 1)
	return math.Hypot(p.x-a.x-along*dx, p.y-a.y-along*dy)
}
