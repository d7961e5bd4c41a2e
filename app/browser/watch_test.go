package browser

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// What every visitor watches for would be noticed if it happened.
func TestVisitorsNoticeTrouble(t *testing.T) {
	t.Parallel()
	v := newSite(t).newVisitor(t)
	v.open("/")
	for name, script := range map[string]string{
		"content policy: connect-src":    `fetch('https://localhost:9/').catch(() => {})`,
		"content policy: style-src-attr": `document.body.setAttribute('style', 'color: red')`,
		"content policy: script-src":     `document.body.append(Object.assign(document.createElement('script'), {text: '0'}))`,
		"console: error":                 `console.error('something')`,
		"exception":                      `setTimeout(() => { throw new Error('something') })`,
		"console: Failed to load":        `fetch('/missing')`,
	} {
		v.do(chromedp.Evaluate("{"+script+"}; 0", nil))
		v.until(name, func(context.Context) (bool, error) { return strings.Contains(v.noted(), name), nil })
	}
	v.forget()
}

func (v *visitor) noted() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return strings.Join(v.troubles, "\n")
}

func (v *visitor) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.troubles = nil
}
