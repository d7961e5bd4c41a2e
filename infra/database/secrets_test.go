package database

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var planted = map[string]string{"password": plantedPassword, "CA key": plantedCAKey, "server key": plantedServerKey}

func TestNoSecretIsInMetadata(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	for key, value := range m.Named(t, "db-vm").Plain()["metadata"].(map[string]any) {
		for name, content := range layers(t, key, value.(string)) {
			assert.Empty(t, leaks(content), "in metadata %s", name)
		}
	}
}

// The search must be able to fail, in every form and at every layer that it looks through.
func TestSearchForSecretsFindsPlantedOnes(t *testing.T) {
	for what, secret := range planted {
		for form, encoded := range map[string]string{
			"raw":               secret,
			"base64":            base64.StdEncoding.EncodeToString([]byte("x" + secret)),
			"base64url":         base64.RawURLEncoding.EncodeToString([]byte("xx" + secret)),
			"URL-encoded":       url.QueryEscape(secret),
			"JSON":              strings.Trim(string(must(json.Marshal(secret))), `"`),
			"one line of a PEM": strings.Split(secret+"\n", "\n")[strings.Count(secret, "\n")/2],
		} {
			assert.Equal(t, []string{what}, leaks("before "+encoded+" after"), "%s, %s", what, form)
		}
		text, _, err := desiredState{Clients: []string{"192.0.2.1/32"}, ServerCertificate: secret}.document()
		require.NoError(t, err)
		var found []string
		for _, content := range layers(t, "crosscloud", text) {
			found = append(found, leaks(content)...)
		}
		assert.Contains(t, found, what, "inside the bundle")
	}
}

func TestSecretsAreMarkedSecret(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	for _, place := range []struct{ resource, property string }{
		{"db-ca", "privateKeyPem"},
		{"db-server-request", "privateKeyPem"},
		{"db-server", "caPrivateKeyPem"},
		{"db-server-key-version", "secretData"},
	} {
		assert.True(t, m.Named(t, place.resource).Secret(place.property), "%s of %s", place.property, place.resource)
	}
	metadata := m.Named(t, "db-vm").Inputs["metadata"]
	assert.True(t, metadata.ObjectValue()["crosscloud"].ContainsSecrets(), "the verifier is not for every log")
	assert.False(t, metadata.ObjectValue()["startup-script"].ContainsSecrets())

	// And what no argument is marked for, holds no secret.
	for _, res := range m.Resources() {
		for property, value := range res.Plain() {
			if !res.Secret(property) {
				assert.Empty(t, leaks(string(must(json.Marshal(value)))), "%s of %s", property, res.Name)
			}
		}
	}
}

func TestVMReadsItsOneSecretWritesItsStatusAndNothingElse(t *testing.T) {
	m, _ := mustDeploy(t, nil)
	var grants []string
	for _, res := range m.Resources() {
		if strings.Contains(strings.ToLower(res.Token), "iam") && !strings.Contains(res.Token, "projects/service") {
			grants = append(grants, res.Name)
		}
	}
	require.ElementsMatch(t, []string{"db-server-key-reader", "db-status-writer"}, grants)
	grant := m.Named(t, "db-server-key-reader").Plain()
	assert.Equal(t, "roles/secretmanager.secretAccessor", grant["role"])
	assert.Equal(t, "db-server-key-secret-id", grant["secretId"])
	assert.Equal(t, "serviceAccount:crosscloud-test-db@p.iam.gserviceaccount.com", grant["member"])
	assert.Equal(t, map[string]any{
		"bucket": statusBucket,
		"role":   "roles/storage.objectUser",
		"member": "serviceAccount:crosscloud-test-db@p.iam.gserviceaccount.com",
	}, m.Named(t, "db-status-writer").Plain())
	assert.Equal(t, plantedServerKey, m.Named(t, "db-server-key-version").Plain()["secretData"])
}

// layers are a metadata value as it is and, for a desired state, the files of the bundle inside.
func layers(t *testing.T, name, value string) map[string]string {
	t.Helper()
	found := map[string]string{name: value}
	var document struct{ Bundle []byte }
	if json.Unmarshal([]byte(value), &document) != nil {
		return found
	}
	compressed, err := gzip.NewReader(bytes.NewReader(document.Bundle))
	require.NoError(t, err)
	archive := tar.NewReader(compressed)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		content, err := io.ReadAll(archive)
		require.NoError(t, err)
		found[name+": "+header.Name] = string(content)
	}
	require.Greater(t, len(found), 10, "the bundle was not looked into")
	return found
}

// leaks names the planted secrets that stand in content, raw or encoded, whole or (for keys) a line of them.
func leaks(content string) []string {
	var found []string
	for what, secret := range planted {
		if containsAny(content, forms(secret)) {
			found = append(found, what)
		}
	}
	return found
}

func forms(secret string) []string {
	var all []string
	for line := range strings.SplitSeq(secret, "\n") {
		if line == "" || strings.HasPrefix(line, "-----") {
			continue
		}
		all = append(all, line, url.QueryEscape(line))
		// In base64 the same text looks three ways, by where it begins. Its first and last characters are left
		// out, as they depend on the neighbours.
		for shift := range 3 {
			for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
				encoded := encoding.EncodeToString([]byte(strings.Repeat("x", shift) + line))
				all = append(all, encoded[4:len(encoded)-4])
			}
		}
	}
	return all
}

func containsAny(content string, needles []string) bool {
	for _, needle := range needles {
		if strings.Contains(content, needle) {
			return true
		}
	}
	return false
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}
