package services

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	caLife   = 10 * 365 * 24 * time.Hour
	leafLife = 30 * 24 * time.Hour
	// leafRest is when a certificate is made anew.
	leafRest = 24 * time.Hour
	// maxLeaves bounds the certificates in memory: anyone can make up names of buckets.
	maxLeaves = 256
)

// EnsureCA makes the twin's certificate authority in dir/ca, unless it is there. Every VM trusts it, and it can vouch for
// the clouds' host names only.
func EnsureCA(dir string) error {
	final := filepath.Join(dir, "ca")
	if _, err := os.Stat(final); err == nil {
		return nil
	}
	certificate, key, err := newCA(time.Now())
	if err != nil {
		return fmt.Errorf("make the twin's CA: %w", err)
	}
	// Both files appear at once; of two processes that make one at the same time the first stays.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the twin's CA: %w", err)
	}
	temporary, err := os.MkdirTemp(dir, ".ca-*")
	if err != nil {
		return fmt.Errorf("make the twin's CA: %w", err)
	}
	defer os.RemoveAll(temporary)
	err = errors.Join(
		os.WriteFile(filepath.Join(temporary, "ca.crt"), certificate, 0o644),
		os.WriteFile(filepath.Join(temporary, "ca.key"), key, 0o600),
		os.Rename(temporary, final),
	)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the twin's CA: %w", err)
	}
	return nil
}

func newCA(now time.Time) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		// Two twins' authorities must not have one name: a trust store with both could pick the wrong key.
		Subject:                     pkix.Name{Organization: []string{"crosscloud twin"}, CommonName: fmt.Sprintf("crosscloud twin %x", serial.Bytes()[:4])},
		NotBefore:                   now.Add(-time.Hour),
		NotAfter:                    now.Add(caLife),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		PermittedDNSDomains:         []string{"amazonaws.com", "googleapis.com"},
		PermittedDNSDomainsCritical: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}), nil
}

func newSerial() (*big.Int, error) {
	// 127 bits: positive, and never short enough to lose its first four bytes in practice.
	limit := new(big.Int).Lsh(big.NewInt(1), 127)
	return rand.Int(rand.Reader, limit)
}

// authority issues the services' certificates.
type authority struct {
	ca     tls.Certificate
	parent *x509.Certificate
	key    *ecdsa.PrivateKey // one for all leaves: they are all ours, and a key takes longer than a signature
	serves func(host string) bool
	now    func() time.Time

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
}

// openAuthority reads the CA below dir. It will vouch for the hosts that serves accepts.
func openAuthority(dir string, serves func(string) bool, now func() time.Time) (*authority, error) {
	ca, err := tls.LoadX509KeyPair(filepath.Join(dir, "ca", "ca.crt"), filepath.Join(dir, "ca", "ca.key"))
	if err != nil {
		return nil, fmt.Errorf("open the twin's CA: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return &authority{ca: ca, parent: ca.Leaf, key: key, serves: serves, now: now, leaves: map[string]*tls.Certificate{}}, nil
}

// GetCertificate issues a certificate for the name that the client asks for.
func (a *authority) GetCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	host := hello.ServerName
	if !a.serves(host) {
		return nil, fmt.Errorf("the twin does not serve the host %q", host)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if leaf := a.leaves[host]; leaf != nil && a.now().Add(leafRest).Before(leaf.Leaf.NotAfter) {
		return leaf, nil
	}
	leaf, err := a.issue(host)
	if err != nil {
		return nil, err
	}
	if len(a.leaves) >= maxLeaves {
		clear(a.leaves)
	}
	a.leaves[host] = leaf
	return leaf, nil
}

func (a *authority) issue(host string) (*tls.Certificate, error) {
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: host[:min(len(host), 64)]}, // the longest that the field takes
		DNSNames:     []string{host},
		NotBefore:    a.now().Add(-time.Hour),
		NotAfter:     a.now().Add(leafLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.parent, a.key.Public(), a.ca.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("issue a certificate for %s: %w", host, err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.parent.Raw}, PrivateKey: a.key, Leaf: parsed}, nil
}
