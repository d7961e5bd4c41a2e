package web

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// WCAG 2.2, AA: 4.5:1 for text (1.4.3), 3:1 for what shows where a control is
// and where the focus is (1.4.11).
func TestColoursHaveEnoughContrast(t *testing.T) {
	css, err := embedded.ReadFile("static/style.css")
	require.NoError(t, err)
	themes := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	require.Len(t, themes, 2, "light and dark")
	for i, theme := range themes {
		colours := map[string]string{}
		for _, declared := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(theme[1], -1) {
			colours[declared[1]] = declared[2]
		}
		require.Len(t, colours, 9, "every colour is written with six digits")
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"text", "page", 4.5}, {"text", "card", 4.5},
			{"quiet", "page", 4.5}, {"quiet", "card", 4.5},
			{"accent", "page", 4.5}, {"accent", "card", 4.5},
			{"on-accent", "accent", 4.5}, {"text", "chosen", 4.5}, {"accent", "chosen", 4.5},
			{"bad", "page", 4.5}, {"bad", "card", 4.5},
			{"quiet", "page", 3}, {"accent", "page", 3}, {"accent", "card", 3}, // borders of fields, the focus
		} {
			assert.GreaterOrEqual(t, contrast(colours[pair.front], colours[pair.back]), pair.least, "theme %d: %s on %s", i, pair.front, pair.back)
		}
	}
	// A colour that the palette does not have would not be looked at above.
	// What waits for its answer cannot be used; WCAG leaves that out.
	_, rules, _ := strings.Cut(string(css), "* { box-sizing")
	rules = strings.Replace(rules, "@keyframes waits { to { opacity: .5; } }", "", 1)
	assert.NotRegexp(t, `#[0-9a-fA-F]{3,8}\b[^{]*;|rgba?\(|hsla?\(|opacity`, rules)
}

func TestContrastIsThatOfTheStandard(t *testing.T) {
	assert.InDelta(t, 21, contrast("#000000", "#ffffff"), 0.01)
	assert.InDelta(t, 4.48, contrast("#777777", "#ffffff"), 0.01)
	assert.InDelta(t, 1, contrast("#123456", "#123456"), 0.01)
}

// contrast is the ratio of https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
func contrast(a, b string) float64 {
	light, dark := luminance(a), luminance(b)
	if light < dark {
		light, dark = dark, light
	}
	return (light + 0.05) / (dark + 0.05)
}

func luminance(colour string) float64 {
	channel := func(at int) float64 {
		n, err := strconv.ParseUint(colour[at:at+2], 16, 8)
		if err != nil {
			panic(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(1) + 0.7152*channel(3) + 0.0722*channel(5)
}
