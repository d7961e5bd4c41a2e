package browser

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/app/pgdev"
	"crosscloud/app/pgdev/faults"
	"crosscloud/nginx/nginxtest"
)

// site is the whole site: nginx, two slots, and a database that can fail. Each
// test has its own, because nginx counts the requests of an address.
type site struct {
	*nginxtest.Proxy
	url      string // without a slash at its end
	protocol string // that browsers come with
	database *faults.Proxy
	slots    []string // addresses
	logs     []string // paths of the slots' logs
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{database: faults.New(t, pgdev.Database(t))}
	s.Proxy = nginxtest.Start(t, s.startSlot(t, "blue"), s.startSlot(t, "green"))
	s.url, s.protocol = "https://"+s.HTTPS, "h2"
	return s
}

var listening = regexp.MustCompile(`listening"?[ ,]"?url"?[:=]"?http://([^/"]+)/`)

// startSlot runs the app as on the web host and waits until it is ready.
func (s *site) startSlot(t *testing.T, name string) (address string) {
	t.Helper()
	address, _ = s.startApp(t, name, t.TempDir(), "APP_SETTINGS=testing", "LOG_LEVEL=debug")
	s.slots = append(s.slots, address)
	return address
}

// startApp runs the app in a directory, and until the end of the test unless it
// is stopped.
func (s *site) startApp(t *testing.T, name, dir string, settings ...string) (address string, stop func()) {
	t.Helper()
	log, err := os.Create(filepath.Join(dir, name+".log"))
	require.NoError(t, err)
	defer log.Close()
	s.logs = append(s.logs, log.Name())
	cmd := exec.Command(program)
	cmd.Dir = dir
	cmd.Env = append(settings, "DATABASE_URL="+s.database.URL())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start())
	stop = sync.OnceFunc(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			text, _ := os.ReadFile(log.Name())
			t.Logf("log of %s:\n%s", name, text)
		}
	})
	require.Eventually(t, func() bool {
		text, err := os.ReadFile(log.Name())
		require.NoError(t, err)
		if match := listening.FindSubmatch(text); match != nil {
			address = string(match[1])
		}
		return address != "" && ready(t.Context(), address)
	}, 30*time.Second, 20*time.Millisecond, "%s does not get ready", name)
	return address, stop
}

func ready(ctx context.Context, address string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// assertNoLogHolds looks into the logs of nginx and of the app.
func (s *site) assertNoLogHolds(t *testing.T, text string) {
	t.Helper()
	s.AssertNoLogHolds(t, text)
	for _, name := range s.logs {
		log, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.NotContains(t, string(log), text, name)
	}
}
