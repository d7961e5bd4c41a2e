package nginxtest

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Logged waits for that many lines of the access log.
func (p *Proxy) Logged(t *testing.T, lines int) (entries []map[string]any) {
	t.Helper()
	require.Eventually(t, func() bool {
		log, err := os.ReadFile(p.AccessLog)
		require.NoError(t, err)
		entries = nil
		for line := range strings.Lines(string(log)) {
			var entry map[string]any
			require.NoError(t, json.Unmarshal([]byte(line), &entry), line)
			entries = append(entries, entry)
		}
		return len(entries) >= lines
	}, 5*time.Second, 50*time.Millisecond)
	return entries
}

// AssertNoLogHolds fails if the text stands in one of nginx's logs.
func (p *Proxy) AssertNoLogHolds(t *testing.T, text string) {
	t.Helper()
	for _, name := range []string{p.AccessLog, p.ErrorLog} {
		log, err := os.ReadFile(name)
		require.NoError(t, err)
		assert.NotContains(t, string(log), text, name)
	}
}
