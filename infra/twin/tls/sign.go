package tls

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"time"
)

// issue describes one certificate to be signed.
type issue struct {
	template        *x509.Certificate // subject and names
	uses            []string
	hours           int
	authority       bool
	setSubjectKey   bool
	public          crypto.PublicKey
	parent          *x509.Certificate // nil: self-signed
	signer          crypto.Signer
	earlyRenewal    int
	setAuthorityKey bool
}

// sign completes the template and returns the certificate as PEM, its serial number, which is the resource's id, and
// its validity.
func (i issue) sign(now time.Time) (text, id string, v Validity, err error) {
	serial, err := newSerial()
	if err != nil {
		return "", "", v, fmt.Errorf("draw serial number: %w", err)
	}
	t := i.template
	t.SerialNumber = serial
	t.NotBefore = now
	t.NotAfter = now.Add(time.Duration(i.hours) * time.Hour)
	t.BasicConstraintsValid = true
	t.IsCA = i.authority
	setUses(t, i.uses)
	if i.authority || i.setSubjectKey {
		if t.SubjectKeyId, err = keyID(i.public); err != nil {
			return "", "", v, err
		}
	}
	parent := i.parent
	if parent == nil {
		parent = t
		if i.setAuthorityKey {
			if t.AuthorityKeyId, err = keyID(i.public); err != nil {
				return "", "", v, err
			}
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, i.public, i.signer)
	if err != nil {
		return "", "", v, fmt.Errorf("create certificate: %w", err)
	}
	return encodePEM("CERTIFICATE", der), serial.String(), newValidity(now, i.hours, i.earlyRenewal), nil
}

// keyID is the SHA-1 of the public key's bits, the first method of RFC 5280 §4.2.1.2. It names a key; it protects
// nothing.
func keyID(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("encode public key: %w", err)
	}
	var info struct {
		Algorithm pkix.AlgorithmIdentifier
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, fmt.Errorf("decode public key: %w", err)
	}
	sum := sha1.Sum(info.Key.Bytes)
	return sum[:], nil
}
