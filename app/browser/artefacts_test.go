package browser

import (
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const artefacts = "../../.artifacts/browser"

// screenshot keeps the whole page as a picture, of any length.
func (v *visitor) screenshot(name string) {
	v.t.Helper()
	var png []byte
	if !assert.NoError(v.t, chromedp.Run(v.ctx, chromedp.FullScreenshot(&png, 100))) {
		return
	}
	require.NoError(v.t, os.MkdirAll(artefacts, 0o755))
	require.NoError(v.t, os.WriteFile(filepath.Join(artefacts, name+".png"), png, 0o644))
}
