package browser

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
)

func TestChangesAreAnnounced(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	assert.Contains(t, v.regions(), "status polite", "the region is there before it has something to say")
	v.add("Milk", "Bread")
	v.announces("status polite", "Added. 2 of 2 left")
	v.press("button", "Completed Milk")
	v.announces("status polite", "1 of 2 left")
	v.press("button", "Delete Bread")
	v.announces("status polite", "1 deleted. 0 of 1 left")
	v.press("button", "Undo")
	v.announces("status polite", "Undone. 1 of 2 left")
	v.press("link", "Edit Bread")
	v.press("textbox", "New text")
	v.replace("Rolls" + kb.Enter)
	v.announces("status polite", "Saved. 1 of 2 left")

	v.expectFailure("/add") // 422
	v.press("textbox", "What is there to do?")
	v.keys(" " + kb.Enter)
	v.untilTrue("document.getElementById('refusal') !== null")
	v.announces("alert assertive", evaluate[string](v, "document.getElementById('refusal').textContent"))
}

// regions are those that a screen reader watches, as role and urgency.
func (v *visitor) regions() (regions []string) {
	v.t.Helper()
	for _, node := range v.whole() {
		if live := node.is("live"); live != "" {
			regions = append(regions, node.Role.String()+" "+live)
		}
	}
	return regions
}

// announces waits until the first text within a region is this.
func (v *visitor) announces(region, said string) {
	v.t.Helper()
	v.until(region+" says "+said, func(ctx context.Context) (bool, error) {
		heard, err := tree(ctx, accessibility.CommandGetFullAXTree, accessibility.GetFullAXTree())
		within := ""
		for _, node := range heard {
			if live := node.is("live"); live != "" {
				within = node.Role.String() + " " + live
			}
			if within == region && node.Role.String() == "StaticText" && node.Name.String() == said {
				return true, err
			}
		}
		return false, err
	})
}
