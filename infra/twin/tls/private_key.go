package tls

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"

	"golang.org/x/crypto/ssh"

	"crosscloud/infra/twin/cloud"
)

// PrivateKeyArgs are the arguments of tls:index/privateKey:PrivateKey.
type PrivateKeyArgs struct {
	Algorithm  string `json:"algorithm"`
	EcdsaCurve string `json:"ecdsaCurve"`
	RsaBits    int    `json:"rsaBits"`
}

// PrivateKey is a generated key in every form the provider offers. The OpenSSH ones stay empty for a key that OpenSSH
// does not support (P224).
type PrivateKey struct {
	PrivateKeyArgs
	PrivateKeyPem              string `json:"privateKeyPem"`
	PrivateKeyPemPkcs8         string `json:"privateKeyPemPkcs8"`
	PrivateKeyOpenssh          string `json:"privateKeyOpenssh"`
	PublicKeyPem               string `json:"publicKeyPem"`
	PublicKeyOpenssh           string `json:"publicKeyOpenssh"`
	PublicKeyFingerprintMd5    string `json:"publicKeyFingerprintMd5"`
	PublicKeyFingerprintSha256 string `json:"publicKeyFingerprintSha256"`
}

func privateKey() cloud.Resource {
	return cloud.Kind[PrivateKeyArgs, PrivateKey]{
		Token:    "tls:index/privateKey:PrivateKey",
		Required: []string{"algorithm"},
		Replace:  []string{"algorithm", "ecdsaCurve", "rsaBits"},
		Secret:   []string{"privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"},
		Normalize: func(_ string, in PrivateKeyArgs) PrivateKeyArgs {
			if in.EcdsaCurve == "" {
				in.EcdsaCurve = "P224"
			}
			if in.RsaBits == 0 {
				in.RsaBits = 2048
			}
			return in
		},
		Check: checkPrivateKey,
		Create: func(_ context.Context, _ string, in PrivateKeyArgs) (string, PrivateKey, error) {
			key, err := generate(in.Algorithm, in.EcdsaCurve, in.RsaBits)
			if err != nil {
				return "", PrivateKey{}, fmt.Errorf("create private key: %w", err)
			}
			return describeKey(in, key)
		},
	}
}

func checkPrivateKey(in PrivateKeyArgs) []cloud.Failure {
	var failures []cloud.Failure
	if !slices.Contains([]string{"", algorithmRSA, algorithmECDSA, algorithmED25519}, in.Algorithm) {
		failures = append(failures, cloud.Failure{Property: "algorithm", Reason: fmt.Sprintf(
			`value must be one of: ["RSA" "ECDSA" "ED25519"], got: %q`, in.Algorithm)})
	}
	if _, known := curves[in.EcdsaCurve]; !known && in.EcdsaCurve != "" {
		failures = append(failures, cloud.Failure{Property: "ecdsaCurve", Reason: fmt.Sprintf(
			`value must be one of: ["P224" "P256" "P384" "P521"], got: %q`, in.EcdsaCurve)})
	}
	if in.Algorithm == algorithmRSA && in.RsaBits != 0 && in.RsaBits < 1024 {
		failures = append(failures, cloud.Failure{Property: "rsaBits", Reason: fmt.Sprintf(
			"a key of %d bits is too short to be generated", in.RsaBits)})
	}
	return failures
}

// describeKey fills in the outputs. The id is the SHA-1 of the public key, as the real provider's.
func describeKey(in PrivateKeyArgs, key crypto.Signer) (string, PrivateKey, error) {
	out := PrivateKey{PrivateKeyArgs: in}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", out, fmt.Errorf("encode public key: %w", err)
	}
	out.PublicKeyPem = encodePEM("PUBLIC KEY", public)
	if out.PrivateKeyPem, err = encodeKey(key); err != nil {
		return "", out, fmt.Errorf("encode private key: %w", err)
	}
	if out.PrivateKeyPemPkcs8, err = encodeKeyPKCS8(key); err != nil {
		return "", out, fmt.Errorf("encode private key: %w", err)
	}
	if !supportedByOpenSSH(key) {
		return fingerprint(public), out, nil
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return "", out, fmt.Errorf("encode private key for OpenSSH: %w", err)
	}
	sshPublic, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return "", out, fmt.Errorf("encode public key for OpenSSH: %w", err)
	}
	out.PrivateKeyOpenssh = string(pem.EncodeToMemory(block))
	out.PublicKeyOpenssh = string(ssh.MarshalAuthorizedKey(sshPublic))
	out.PublicKeyFingerprintMd5 = ssh.FingerprintLegacyMD5(sshPublic)
	out.PublicKeyFingerprintSha256 = ssh.FingerprintSHA256(sshPublic)
	return fingerprint(public), out, nil
}

func supportedByOpenSSH(key crypto.Signer) bool {
	k, isECDSA := key.(*ecdsa.PrivateKey)
	return !isECDSA || k.Curve != elliptic.P224()
}

// fingerprint names a key; it protects nothing.
func fingerprint(der []byte) string {
	sum := sha1.Sum(der)
	return hex.EncodeToString(sum[:])
}
