//go:build drills

package drills

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// visits are those of somebody who asks for his list several times a second, over connections that he keeps and over new
// ones. Without a list the page would be made without the database.
type visits struct {
	stop    chan struct{}
	ended   sync.WaitGroup
	mu      sync.Mutex
	count   int
	refused []string
}

// visit begins them.
func (s *stack) visit(t *testing.T) *visits {
	t.Helper()
	require.NotEmpty(t, s.typed, "the visitor has a list")
	v := &visits{stop: make(chan struct{})}
	for _, keep := range []bool{true, false} {
		client := s.visitor(t)
		client.Transport.(*http.Transport).DisableKeepAlives = !keep
		v.ended.Go(func() {
			defer client.CloseIdleConnections()
			for {
				select {
				case <-v.stop:
					return
				case <-time.After(step):
					v.note(get(client, s.url))
				}
			}
		})
	}
	t.Cleanup(v.end)
	return v
}

// get is an error unless the page is there.
func get(client *http.Client, url string) error {
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.200s", response.Status, body)
	}
	return err
}

func (v *visits) note(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.count++; err != nil {
		v.refused = append(v.refused, time.Now().UTC().Format(time.TimeOnly)+" "+err.Error())
	}
}

func (v *visits) end() {
	select {
	case <-v.stop:
	default:
		close(v.stop)
	}
	v.ended.Wait()
}

// allSucceeded ends them, and asserts that none failed.
func (v *visits) allSucceeded(t *testing.T) {
	t.Helper()
	v.end()
	require.Empty(t, v.refused)
	require.Positive(t, v.count)
	t.Logf("%d visits, none failed", v.count)
}
