package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// The algorithms' names as the provider's arguments and outputs spell them.
const (
	algorithmRSA     = "RSA"
	algorithmECDSA   = "ECDSA"
	algorithmED25519 = "ED25519"
)

var curves = map[string]elliptic.Curve{
	"P224": elliptic.P224(),
	"P256": elliptic.P256(),
	"P384": elliptic.P384(),
	"P521": elliptic.P521(),
}

// generate makes a key for the algorithm. The curve matters to ECDSA only, the bits to RSA only.
func generate(algorithm, curve string, bits int) (crypto.Signer, error) {
	switch algorithm {
	case algorithmRSA:
		return rsa.GenerateKey(rand.Reader, bits)
	case algorithmECDSA:
		c, known := curves[curve]
		if !known {
			return nil, fmt.Errorf("unknown elliptic curve %q", curve)
		}
		return ecdsa.GenerateKey(c, rand.Reader)
	case algorithmED25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	default:
		return nil, fmt.Errorf("unknown key algorithm %q", algorithm)
	}
}

// encodeKey writes a key in the form that its algorithm traditionally has in PEM files: PKCS#1 for RSA, SEC 1 for
// ECDSA, PKCS#8 for Ed25519, which has no older one.
func encodeKey(key crypto.Signer) (string, error) {
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return encodePEM("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k)), nil
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(k)
		return encodePEM("EC PRIVATE KEY", der), err
	default:
		return encodeKeyPKCS8(key)
	}
}

func encodeKeyPKCS8(key crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return encodePEM("PRIVATE KEY", der), err
}

// decodeKey reads any of the forms that encodeKey and encodeKeyPKCS8 write, and says which algorithm the key is for.
func decodeKey(text string) (crypto.Signer, string, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, "", errors.New("failed to decode PEM block: no PEM data found")
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		err = fmt.Errorf("a PEM block of type %q is not a private key", block.Type)
	}
	if err != nil {
		return nil, "", fmt.Errorf("failed to parse private key: %w", err)
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return k, algorithmRSA, nil
	case *ecdsa.PrivateKey:
		return k, algorithmECDSA, nil
	case ed25519.PrivateKey:
		return k, algorithmED25519, nil
	default:
		return nil, "", fmt.Errorf("unsupported private key type %T", key)
	}
}

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// decodePEM returns the content of the one block of this type that the text must consist of.
func decodePEM(kind, text string) ([]byte, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("failed to decode PEM block: no %s found", kind)
	}
	if block.Type != kind {
		return nil, fmt.Errorf("failed to decode PEM block: want %s, got %s", kind, block.Type)
	}
	return block.Bytes, nil
}
