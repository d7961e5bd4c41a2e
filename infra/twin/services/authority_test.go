package services

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEnsureCAMakesOne(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "local")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { assert.NoError(t, EnsureCA(dir)) })
	}
	all.Wait()
	first, err := os.ReadFile(filepath.Join(dir, "ca", "ca.crt"))
	require.NoError(t, err)
	require.NoError(t, EnsureCA(dir))
	again, err := os.ReadFile(filepath.Join(dir, "ca", "ca.crt"))
	require.NoError(t, err)
	assert.Equal(t, first, again)
	info, err := os.Stat(filepath.Join(dir, "ca", "ca.key"))
	require.NoError(t, err)
	assert.EqualValues(t, 0o600, info.Mode().Perm())
	left, err := filepath.Glob(filepath.Join(dir, ".ca-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestLeaves(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, EnsureCA(dir))
	now := time.Now()
	a, err := openAuthority(dir, serves, func() time.Time { return now })
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(a.parent)
	get := func(host string) (*tls.Certificate, error) {
		return a.GetCertificate(&tls.ClientHelloInfo{ServerName: host})
	}
	for _, host := range append(Hostnames("us-east-1"), "assets.s3.us-east-1.amazonaws.com", "a.b.s3.eu-west-1.amazonaws.com") {
		leaf, err := get(host)
		require.NoError(t, err, host)
		_, err = leaf.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: now})
		require.NoError(t, err, host)
		same, err := get(host)
		require.NoError(t, err)
		assert.Same(t, leaf, same)
	}
	for _, host := range []string{"", "example.com", "amazonaws.com", "evil.amazonaws.com", "ssm.us-east-1.amazonaws.com.evil.com", "x.ssm.us-east-1.amazonaws.com"} {
		_, err := get(host)
		assert.Error(t, err, host)
	}

	// Even with its key at hand the authority is good for nothing else.
	other, err := a.issue("example.com")
	require.NoError(t, err)
	_, err = other.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "example.com", CurrentTime: now})
	assert.Error(t, err)

	before, err := get("ssm.us-east-1.amazonaws.com")
	require.NoError(t, err)
	now = now.Add(leafLife - leafRest)
	after, err := get("ssm.us-east-1.amazonaws.com")
	require.NoError(t, err)
	assert.NotSame(t, before, after, "renewed before it ends")

	for i := range 2 * maxLeaves {
		_, err := get(fmt.Sprintf("bucket-%d.s3.us-east-1.amazonaws.com", i))
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, len(a.leaves), maxLeaves)
}
