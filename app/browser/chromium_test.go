package browser

import (
	"context"
	"log"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/nginx/nginxtest"
)

// chromium is one process for all tests, started by the first. Each visitor has
// a browser context: cookies, storage and cache of its own, as in a private window.
var chromium shared

type shared struct {
	once sync.Once
	ctx  context.Context
	end  context.CancelFunc
	err  error
}

func (s *shared) start(t *testing.T) context.Context {
	t.Helper()
	path := executable(t)
	s.once.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path),
			// Trust in one key, for this process. Unlike with --ignore-certificate-errors
			// the connection counts as sound, so that the cache works as for visitors,
			// and any other certificate is still refused.
			chromedp.Flag("ignore-certificate-errors-spki-list", nginxtest.KeyHash(t)),
			chromedp.Flag("lang", "en"),
		)
		if os.Geteuid() == 0 {
			// Chromium's sandbox does not start as root, as whom containers run tests.
			// The only pages it sees are ours.
			options = append(options, chromedp.NoSandbox)
		}
		// Not the test's context: the browser outlives the test that needed it first.
		allocator, endProcess := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, _ := chromedp.NewContext(allocator, chromedp.WithErrorf(report))
		s.ctx, s.end = ctx, endProcess
		s.err = chromedp.Run(ctx)
	})
	if s.err != nil {
		t.Fatalf("start Chromium: %v", s.err)
	}
	return s.ctx
}

// report leaves out events that are newer than the library: none that we look at.
func report(format string, values ...any) {
	if !strings.HasPrefix(format, "could not unmarshal event") {
		log.Printf("chromedp: "+format, values...)
	}
}

// newWindow opens a private window. It goes with the function that it returns.
func newWindow(t *testing.T) (context.Context, func()) {
	t.Helper()
	browser := chromium.start(t)
	executor := cdp.WithExecutor(browser, chromedp.FromContext(browser).Browser)
	private, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(executor)
	require.NoError(t, err)
	// chromedp's own way asks for a tab, and a context without a window has none
	// to put it in.
	tab, err := target.CreateTarget("about:blank").WithBrowserContextID(private).WithNewWindow(true).Do(executor)
	require.NoError(t, err)
	ctx, leave := chromedp.NewContext(browser, chromedp.WithTargetID(tab))
	return ctx, func() {
		leave()
		assert.NoError(t, target.DisposeBrowserContext(private).Do(executor))
	}
}

func (s *shared) stop() {
	if s.end == nil {
		return
	}
	// It ends by itself and takes its files with it; if not, the process is ended.
	if err := chromedp.Cancel(s.ctx); err != nil {
		log.Printf("close Chromium: %v", err)
	}
	s.end()
}

// executable finds the browser. Without one the tests are skipped, loudly, and
// fail where CI is set: a suite that tests nothing must not be green there.
func executable(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const message = "Chromium is not installed (apt-get install --no-install-recommends chromium)"
	if os.Getenv("CI") != "" {
		t.Fatal(message)
	}
	t.Skip("SKIPPED, NOT TESTED: " + message)
	return ""
}
