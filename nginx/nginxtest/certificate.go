package nginxtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// identity is a key and its self-signed certificate, as a new host makes them.
type identity struct {
	key         []byte // PKCS #8
	certificate *x509.Certificate
}

// self is that of all proxies of a test binary: a browser that is told which key
// to trust is told once, when it starts.
var self = sync.OnceValues(func() (identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return identity{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return identity{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return identity{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	return identity{private, certificate}, err
})

// KeyHash is the base64 SHA-256 of the certificate's public key
// (SubjectPublicKeyInfo), which is how Chromium's options name a certificate.
func KeyHash(t testing.TB) string {
	t.Helper()
	own, err := self()
	require.NoError(t, err)
	sum := sha256.Sum256(own.certificate.RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// certify puts the certificate and its key where the configuration has them.
func (p *Proxy) certify(t *testing.T) {
	t.Helper()
	own, err := self()
	require.NoError(t, err)
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: own.certificate.Raw},
		"key.pem":  {Type: "PRIVATE KEY", Bytes: own.key},
	} {
		require.NoError(t, os.WriteFile(filepath.Join(p.Dir, name), pem.EncodeToMemory(block), 0o600))
	}
}

// TLSConfig trusts the proxy's certificate.
func (p *Proxy) TLSConfig(t *testing.T) *tls.Config {
	t.Helper()
	own, err := self()
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(own.certificate)
	return &tls.Config{RootCAs: roots}
}

// Client trusts the proxy's certificate, and follows no redirect.
func (p *Proxy) Client(t *testing.T, http2 bool) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: p.TLSConfig(t), ForceAttemptHTTP2: http2}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		Timeout:       20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
