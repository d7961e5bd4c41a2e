//go:build drills

package drills

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/state"
)

// No secret of the stack stands where its keeper would not expect it.
func noSecretIsInPlainSight(t *testing.T) {
	secrets := booted.secrets(t)
	for _, resource := range booted.resources(t) {
		if strings.Contains(resource.URN, ":RandomPassword::") {
			require.Contains(t, secrets, resource.URN+".outputs.result")
		}
	}
	names := strings.Join(slices.Sorted(maps.Keys(secrets)), "\n")
	for _, must := range []string{"RandomPassword::", "PrivateKey::database-ca-key", "PrivateKey::database-server-key", ".outputs.databaseUrl"} {
		require.Contains(t, names, must)
	}
	page(t, booted.stranger(t), booted.shareLink(t)) // now, at the latest, a log could hold it
	maps.Copy(secrets, booted.keys(t))
	places := booted.places(t)
	for _, must := range []string{
		"user-data", "metadata", "bundle", "database status", "image", "journal", "processes", "output", "services", "nginx", "postgres",
	} {
		require.NotEmpty(t, places[must], must)
	}
	for name, texts := range places {
		for _, text := range texts {
			require.Empty(t, leaks(text, secrets), name)
		}
	}
}

// The search above proves something only if it finds what is there.
func theSearchFindsAPlantedCanary(t *testing.T) {
	canary := rand.Text() + "/+ " + rand.Text()
	secrets := map[string]string{"canary": canary}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write([]byte(strings.Repeat("padding ", 20) + canary))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	for name, text := range map[string]string{
		"raw":            "password=" + canary + ";",
		"URL-encoded":    "postgres://u:" + url.QueryEscape(canary) + "@h/d",
		"base64":         "x " + base64.StdEncoding.EncodeToString([]byte("u:"+canary+"\n")),
		"gzip":           packed.String(),
		"base64 of gzip": `{"bundle":"` + base64.StdEncoding.EncodeToString(packed.Bytes()) + `"}`,
		"in lines":       "#ARCHIVE\n" + inLines(base64.StdEncoding.EncodeToString(packed.Bytes())),
	} {
		require.Equal(t, []string{"canary"}, leaks([]byte(text), secrets), name)
	}
	require.Empty(t, leaks([]byte("nothing here"), secrets))
	places := booted.places(t)
	for place, packed := range map[string]string{"user-data": "STATUS_PARAMETER=/crosscloud/", "metadata": `"statusObject": "`} {
		require.NotEmpty(t, leaks(bytes.Join(places[place], nil), map[string]string{"packed": packed}), place)
	}

	for _, cloud := range []string{state.AWS, state.GCP} {
		inside(t, booted.machine(t, cloud), "logger", "planted: "+base64.StdEncoding.EncodeToString([]byte(canary)))
	}
	found := 0
	for _, journal := range booted.places(t)["journal"] {
		found += len(leaks(journal, secrets))
	}
	require.Equal(t, 2, found, "the canary in both journals")
}

// inLines breaks a text as base64 and mail programs do.
func inLines(text string) string {
	return strings.TrimSpace(regexp.MustCompile(`.{1,76}`).ReplaceAllString(text, "$0\n"))
}

// secrets are the texts that Pulumi marks secret in the stack's state.
func (s *stack) secrets(t *testing.T) map[string]string {
	t.Helper()
	// The engine's mark of a secret: pulumi/sdk go/common/resource/sig.
	const key, value = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
	text, err := s.read("pulumi", "stack", "export", "--show-secrets")
	require.NoError(t, err)
	var exported struct {
		Deployment struct{ Resources []map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(text), &exported))
	secrets := map[string]string{}
	var walk func(path string, node any, secret bool)
	walk = func(path string, node any, secret bool) {
		switch node := node.(type) {
		case map[string]any:
			if node[key] == value {
				var plain any
				require.NoError(t, json.Unmarshal([]byte(node["plaintext"].(string)), &plain))
				walk(path, plain, true)
				return
			}
			for name, child := range node {
				// A registry's password makes all of its entry secret.
				if name != "address" && name != "username" {
					walk(path+"."+name, child, secret)
				}
			}
		case []any:
			for i, child := range node {
				walk(fmt.Sprintf("%s[%d]", path, i), child, secret)
			}
		case string:
			if secret && len(node) >= 12 && !isSecretReference(node) {
				secrets[path] = distinctiveLine(node)
			}
		}
	}
	for _, resource := range exported.Deployment.Resources {
		if kind := resource["type"].(string); !shownOnPurpose[kind] {
			walk(resource["urn"].(string), resource, false)
		}
	}
	return secrets
}

// shownOnPurpose are the resources whose secret marks only keep a value out of
// displays: the salt and the SCRAM verifier made with it are the database
// host's to see, and stand in its metadata.
var shownOnPurpose = map[string]bool{
	"random:index/randomBytes:RandomBytes": true,
	"gcp:compute/instance:Instance":        true,
}

// isSecretReference spares names of secrets, which are no secrets.
func isSecretReference(text string) bool {
	return strings.HasPrefix(text, "projects/") || strings.HasPrefix(text, "/crosscloud/")
}

// distinctiveLine stands for a PEM block, whose other lines any key may share.
func distinctiveLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) < 3 {
		return text
	}
	return lines[1]
}

// places are the texts in which no secret may stand.
func (s *stack) places(t *testing.T) map[string][][]byte {
	t.Helper()
	places := map[string][][]byte{"output": {s.output.Bytes()}}
	add := func(name string, text []byte) { places[name] = append(places[name], text) }

	add("user-data", []byte(s.machine(t, state.AWS).UserData))
	for _, value := range s.machine(t, state.GCP).Metadata {
		add("metadata", []byte(value))
	}
	parameters, err := state.List[state.Parameter](s.store())
	require.NoError(t, err)
	for _, parameter := range parameters {
		if parameter.Type == state.ParameterString {
			add("parameter", []byte(parameter.Value))
		}
	}
	for name, dir := range map[string]string{"bundle": "objects", "image": "registry", "database status": "contents"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(s.dir, "state", dir), func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			add(name, text)
			return err
		}))
	}
	for _, cloud := range []string{state.AWS, state.GCP} {
		machine := s.machine(t, cloud)
		add("journal", []byte(inside(t, machine, "journalctl", "--no-pager", "--all", "--output=cat")))
		add("processes", []byte(inside(t, machine, "bash", "-c", `cat /proc/[0-9]*/cmdline | tr '\0' ' '`)))
	}
	add("nginx", []byte(inside(t, s.machine(t, state.AWS), "bash", "-c", "cat /var/log/nginx/*.log")))
	add("postgres", []byte(inside(t, s.machine(t, state.GCP), "bash", "-c", "cat /var/log/postgresql/*.log")))
	add("services", []byte(docker(t, "logs", "crosscloud-"+twinName+"-services")))
	return places
}
