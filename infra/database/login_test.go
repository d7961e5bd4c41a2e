package database

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/scram"
)

// The next version changes nothing but the password of the role that the app does not use.
func TestPasswordsRotateBetweenTwoRoles(t *testing.T) {
	for version, c := range []struct {
		url      string
		versions map[string]string // of the passwords, by role
	}{
		0: {"todo_a:" + plantedPassword + "1", map[string]string{"todo_a": "1"}},
		1: {"todo_a:" + plantedPassword + "1", map[string]string{"todo_a": "1"}},
		2: {"todo_b:" + plantedPassword + "2", map[string]string{"todo_a": "1", "todo_b": "2"}},
		3: {"todo_a:" + plantedPassword + "3", map[string]string{"todo_a": "3", "todo_b": "2"}},
		4: {"todo_b:" + plantedPassword + "4", map[string]string{"todo_a": "3", "todo_b": "4"}},
	} {
		m, out := mustDeploy(t, func(a *Args) { a.PasswordVersion = version })
		assert.True(t, strings.HasPrefix(out.url.value, "postgresql://"+c.url+"@"), "version %d: %s", version, out.url.value)
		assert.True(t, out.url.secret)

		described := desiredOf(t, m.Named(t, "db-vm").Plain()["metadata"].(map[string]any)["crosscloud"].(string))
		salt := must(base64.StdEncoding.DecodeString("c2l4dGVlbiBieXRlcyArMQ=="))
		want := []role{}
		for _, name := range []string{"todo_a", "todo_b"} {
			number, exists := c.versions[name]
			if !exists {
				continue
			}
			want = append(want, role{name, must(scram.Verifier(plantedPassword+number, salt, scram.MinIterations))})
			for _, kind := range []string{"password", "salt"} {
				made := m.Named(t, "db-"+kind+"-"+strings.TrimPrefix(name, "todo_"))
				assert.Equal(t, map[string]any{"version": number}, made.Plain()["keepers"], "version %d", version)
			}
		}
		assert.Equal(t, want, described.Roles, "version %d", version)
		assert.Len(t, m.Of("random:index/randomPassword:RandomPassword"), len(want), "version %d", version)
	}
}

// desiredOf opens the document that the host is given.
func desiredOf(t *testing.T, document string) (d desiredState) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(layers(t, "crosscloud", document)["crosscloud: desired.json"]), &d))
	return d
}
