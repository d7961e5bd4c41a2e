package database

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/boottest"
)

// Whether to wait, to grant or to make another version is in Google's own words.
func TestTheServerKeyOrWhyItCannotBeRead(t *testing.T) {
	boottest.Tool(t, "openssl")
	_, certificate, key := issue(t, net.IPv4(203, 0, 113, 20))
	_, _, another := issue(t, net.IPv4(203, 0, 113, 20))
	access := func(key []byte) string {
		return fmt.Sprintf(`{"name": %q, "payload": {"data": %q}}`, example.ServerKey, base64.StdEncoding.EncodeToString(key))
	}
	refused := func(code int, status, message string) string {
		return string(must(json.MarshalIndent(map[string]any{"error": map[string]any{"code": code, "message": message, "status": status}}, "", "  ")))
	}
	const denied = "Permission 'secretmanager.versions.access' denied for resource 'projects/p/secrets/s/versions/3' (or it may not exist)."
	const destroyed = "Secret Version [projects/1/secrets/s/versions/3] is in DESTROYED state."
	const absent = "Secret Version [projects/1/secrets/s/versions/3] not found."
	for name, c := range map[string]struct {
		code         int
		answer, says string
	}{
		"read":          {200, access(key), "changed: the server's key, projects/p/secrets/s/versions/3"},
		"no grant":      {403, refused(403, "PERMISSION_DENIED", denied), ": " + denied + "; a new permission takes some minutes to work"},
		"destroyed":     {400, refused(400, "FAILED_PRECONDITION", destroyed), ": " + destroyed},
		"absent":        {404, refused(404, "NOT_FOUND", absent), ": " + absent},
		"no words":      {502, "<html>", ": curl: (22) The requested URL returned error: 502"},
		"no payload":    {200, "{}", ": the answer holds no payload"},
		"another's key": {200, access(another), "is not the key of the server's certificate"},
		"no connection": {0, "", ": curl: (52) Empty reply from server"},
		"no JSON":       {200, "<html>", ": the answer holds no payload"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newTestHost(t)
			manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "/"+example.ServerKey+":access", r.URL.Path)
				assert.Equal(t, "Bearer token-of-the-host", r.Header.Get("Authorization"))
				if c.code == 0 {
					panic(http.ErrAbortHandler)
				}
				w.WriteHeader(c.code)
				fmt.Fprint(w, c.answer)
			}))
			defer manager.Close()
			require.NoError(t, os.WriteFile(filepath.Join(h.dir, "boot/server.crt"), certificate, 0o644))
			out, err := h.shell(t, `
				for part in report text google; do . ./$part.sh; done
				. <(sed 's#https://secretmanager.googleapis.com/v1#`+manager.URL+`#' tls.sh)
				chown() { :; }
				trap 'echo "$failure"' EXIT
				fetch_server_key`)
			assert.Contains(t, out, c.says)
			assert.NotContains(t, out, string(key[40:80]))
			placed, _ := os.ReadFile(filepath.Join(h.dir, "etc/crosscloud/tls/server.key"))
			if name == "read" {
				require.NoError(t, err, out)
				assert.Equal(t, string(key), string(placed))
				return
			}
			assert.Error(t, err)
			assert.Empty(t, placed)
		})
	}
}
