package database

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
	"crosscloud/infra/database/postgrestest"
)

func TestTheServerReadsItsFilesWhenTheyChange(t *testing.T) {
	boottest.Tool(t, "psql")
	server := postgrestest.Start(t, postgrestest.Options{Files: map[string][]byte{"server.crt": nil, "server.key": nil}})
	h := newTestHost(t)
	etc, tls := filepath.Join(h.dir, "etc/postgresql/17/main"), filepath.Join(h.dir, "etc/crosscloud/tls")
	for _, link := range []string{etc, tls} {
		require.NoError(t, os.MkdirAll(filepath.Dir(link), 0o755))
		require.NoError(t, os.Symlink(server.Data(), link))
	}
	reload := fmt.Sprintf(`kill -HUP "$(head --lines=1 '%s/postmaster.pid')"`, server.Data())
	load := func(also string) string {
		t.Helper()
		out, err := h.shell(t, fmt.Sprintf(`
			for part in report publication disk cluster tls settings; do . "./$part.sh"; done
			mkdir -p "$run_files"
			query() { psql --no-psqlrc --no-align --tuples-only --set=ON_ERROR_STOP=1 --host='%s' --port=%d --username=postgres --dbname=postgres; }
			systemctl() { [[ $1 == reload ]]; %s; }
			trap 'echo "$failure"' EXIT
			%s load_settings`, server.Socket, server.Port, reload, also))
		if also == "" {
			require.NoError(t, err, out)
		}
		return strings.TrimSpace(out)
	}
	hba := filepath.Join(server.Data(), "pg_hba.conf")
	allowed := string(must(os.ReadFile(hba)))
	reloads := func() int { return strings.Count(server.Log(t), "received SIGHUP") }
	const reloaded = "changed: reloaded the server"

	assert.Equal(t, reloaded, load(""))
	assert.Empty(t, load(""))
	require.NoError(t, os.WriteFile(hba, []byte(allowed+"host all all 192.0.2.0/24 reject\n"), 0o600))
	assert.Equal(t, reloaded, load(""))
	assert.Empty(t, load(""))

	// As if the clock had been set back: the file is older than what the server has read.
	require.NoError(t, os.WriteFile(hba, []byte(allowed), 0o600))
	past := time.Now().Add(-time.Hour)
	require.NoError(t, os.Chtimes(hba, past, past))
	assert.Equal(t, reloaded, load(""))
	assert.Equal(t, 3, reloads())

	// Somebody else reloads, while another file is in place for a moment.
	require.NoError(t, os.WriteFile(hba, []byte(allowed+"host all all 192.0.2.0/24 reject\n"), 0o600))
	server.Psql(t, "SELECT pg_reload_conf()", nil)
	require.Eventually(t, func() bool { return reloads() == 4 }, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, os.WriteFile(hba, []byte(allowed), 0o600))
	assert.Equal(t, reloaded, load(""))
	assert.Empty(t, load(""))

	// A restart reads the files, too.
	assert.Equal(t, "changed: restarted the server", load(`
		systemctl() { local before; before=$(load_time); `+reload+`; until [[ $(load_time) != "$before" ]]; do sleep 0.05; done; }
		server_answer() { echo 0; }
		restart_server;`))

	// Killed before the reload was noted.
	require.NoError(t, os.WriteFile(filepath.Join(server.Data(), "server.key"), []byte("another"), 0o600))
	assert.Empty(t, load(`systemctl() { kill -9 $$; };`))
	assert.Equal(t, reloaded, load(""))
	assert.Empty(t, load(""))
	require.NoError(t, os.WriteFile(hba, []byte("nonsense\n"+allowed), 0o600))
	assert.Contains(t, load("true;"), "pg_hba.conf line 1: ")
	require.NoError(t, os.WriteFile(hba, []byte(allowed+"#\n"), 0o600))
	assert.Contains(t, load(`sleep() { :; }; systemctl() { :; };`), "the server does not read its configuration")
}
