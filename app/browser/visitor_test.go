package browser

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a visitor waits for what should happen at once, stay how
// long a visit takes at most. They bound a failing test and slow no other.
const (
	patience = 20 * time.Second
	stay     = 3 * time.Minute
)

// visitor is a person with a browser of their own. Whatever the browser finds
// wrong in the meantime fails the test: see watch.
type visitor struct {
	t    *testing.T
	ctx  context.Context
	site *site

	mu        sync.Mutex
	documents int              // pages loaded, as opposed to fetched by the script
	protocols map[string]bool  // such as h2
	status    map[string]int64 // of the last page at an address
	troubles  []string
	expected  []string // addresses whose failure belongs to the test
}

func (s *site) newVisitor(t *testing.T, settings ...chromedp.Action) *visitor {
	t.Helper()
	ctx, leave := newWindow(t)
	ctx, cancel := context.WithTimeout(ctx, stay)
	v := &visitor{t: t, ctx: ctx, site: s, protocols: map[string]bool{}, status: map[string]int64{}}
	t.Cleanup(func() {
		if t.Failed() {
			v.screenshot("failed-" + strings.ReplaceAll(t.Name(), "/", "-"))
		}
		cancel()
		leave()
		v.assertNoTroubles()
	})
	chromedp.ListenTarget(ctx, v.watch)
	v.do(network.Enable(), audits.Enable(), accessibility.Enable(),
		// Several pages are at work at the same time, and each has the focus.
		emulation.SetFocusEmulationEnabled(true))
	v.do(settings...)
	return v
}

// withoutScript is a browser that runs none. What the tests evaluate still runs.
var withoutScript = emulation.SetScriptExecutionDisabled(true)

func prefers(feature, value string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-" + feature, Value: value}})
}

// watch notes what a page must not do: ask anybody else, break its own content
// policy, write errors to the console.
func (v *visitor) watch(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	trouble := func(what ...string) { v.troubles = append(v.troubles, strings.Join(what, " ")) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, v.site.url+"/") {
			trouble("request to", e.Request.URL)
		}
		if e.Request.ReferrerPolicy != network.ReferrerPolicyNoReferrer && e.DocumentURL != e.Request.URL {
			trouble("request with a referrer,", string(e.Request.ReferrerPolicy), e.Request.URL)
		}
		if e.Type == network.ResourceTypeDocument && e.RedirectResponse == nil {
			v.documents++
		}
	case *network.EventResponseReceived:
		v.protocols[e.Response.Protocol] = true
		if e.Type == network.ResourceTypeDocument {
			v.status[e.Response.URL] = e.Response.Status
		}
	case *audits.EventIssueAdded:
		if csp := e.Issue.Details.ContentSecurityPolicyIssueDetails; csp != nil {
			trouble("content policy:", csp.ViolatedDirective, csp.BlockedURL)
		} else {
			trouble("issue:", string(e.Issue.Code))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			if !v.expects(e.Entry.URL) {
				trouble("console:", e.Entry.Text, e.Entry.URL)
			}
		}
	case *runtime.EventConsoleAPICalled:
		trouble("console:", string(e.Type))
	case *runtime.EventExceptionThrown:
		trouble("exception:", e.ExceptionDetails.Error())
	case *page.EventJavascriptDialogOpening:
		trouble("dialog:", e.Message)
	}
}

func (v *visitor) expects(address string) bool {
	for _, expected := range v.expected {
		if strings.HasPrefix(address, v.site.url+expected) {
			return true
		}
	}
	return false
}

// expectFailure says that addresses beginning like this may answer with errors.
func (v *visitor) expectFailure(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.expected = append(v.expected, path)
}

func (v *visitor) assertNoTroubles() {
	v.t.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	assert.Empty(v.t, v.troubles)
	assert.Equal(v.t, map[string]bool{v.site.protocol: true}, v.protocols)
}

// loaded is how many pages the browser has loaded so far.
func (v *visitor) loaded() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.documents
}

func (v *visitor) do(actions ...chromedp.Action) {
	v.t.Helper()
	require.NoError(v.t, chromedp.Run(v.ctx, actions...))
}

// open goes to an address of the site, as from a bookmark, and returns its status.
func (v *visitor) open(path string) int {
	v.t.Helper()
	response, err := chromedp.RunResponse(v.ctx, chromedp.Navigate(v.site.url+path))
	require.NoError(v.t, err)
	// A page gives its first field the focus a little after it is there; a key that is pressed before goes nowhere.
	v.untilTrue(`document.activeElement !== document.body || location.hash !== '' || !document.querySelector('[autofocus]')`)
	return int(response.Status)
}

// evaluate is for looking at a page, not for acting on it.
func evaluate[T any](v *visitor, expression string) (result T) {
	v.t.Helper()
	require.NoError(v.t, chromedp.Run(v.ctx, chromedp.Evaluate(expression, &result)), expression)
	return result
}

// until asks again and again; a page that is just being replaced has no answer.
func (v *visitor) until(what string, holds func(context.Context) (bool, error)) {
	v.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		var met bool
		err := chromedp.Run(v.ctx, chromedp.ActionFunc(func(ctx context.Context) (err error) {
			met, err = holds(ctx)
			return err
		}))
		if met && err == nil {
			return
		}
		if time.Now().After(deadline) || errors.Is(err, context.DeadlineExceeded) {
			require.FailNow(v.t, "this did not happen: "+what, "%v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// untilTrue waits for a condition that the page itself can tell.
func (v *visitor) untilTrue(expression string) {
	v.t.Helper()
	v.until(expression, func(ctx context.Context) (met bool, err error) {
		return met, chromedp.Evaluate(expression, &met).Do(ctx)
	})
}

// untilEqual waits until an expression has a value, and shows both if it does not.
func untilEqual[T any](v *visitor, want T, expression string) {
	v.t.Helper()
	var got T
	deadline := time.Now().Add(patience)
	for {
		var fresh T
		if err := chromedp.Run(v.ctx, chromedp.Evaluate(expression, &fresh)); err == nil {
			got = fresh
		}
		if assert.ObjectsAreEqual(want, got) {
			return
		}
		if time.Now().After(deadline) || v.ctx.Err() != nil {
			require.Equal(v.t, want, got, expression)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (v *visitor) cookies() (cookies []*network.Cookie) {
	v.t.Helper()
	v.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		cookies, err = network.GetCookies().Do(ctx)
		return err
	}))
	return cookies
}
