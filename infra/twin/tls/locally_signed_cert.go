package tls

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"crosscloud/infra/twin/cloud"
)

// LocallySignedCertArgs are the arguments of tls:index/locallySignedCert:LocallySignedCert. The names come from the
// request.
type LocallySignedCertArgs struct {
	AllowedUses         []string `json:"allowedUses"`
	CaCertPem           string   `json:"caCertPem"`
	CaPrivateKeyPem     string   `json:"caPrivateKeyPem"`
	CertRequestPem      string   `json:"certRequestPem"`
	EarlyRenewalHours   int      `json:"earlyRenewalHours"`
	IsCaCertificate     bool     `json:"isCaCertificate"`
	SetSubjectKeyId     bool     `json:"setSubjectKeyId"`
	ValidityPeriodHours int      `json:"validityPeriodHours"`
}

// LocallySignedCert is a certificate signed by an authority whose key the stack holds.
type LocallySignedCert struct {
	LocallySignedCertArgs
	Validity
	CaKeyAlgorithm string `json:"caKeyAlgorithm"`
	CertPem        string `json:"certPem"`
}

func locallySignedCert() cloud.Resource {
	return cloud.Kind[LocallySignedCertArgs, LocallySignedCert]{
		Token:    "tls:index/locallySignedCert:LocallySignedCert",
		Required: []string{"allowedUses", "caCertPem", "caPrivateKeyPem", "certRequestPem", "validityPeriodHours"},
		Replace: []string{
			"allowedUses", "caCertPem", "caPrivateKeyPem", "certRequestPem", "isCaCertificate", "setSubjectKeyId",
			"validityPeriodHours",
		},
		ReplaceIf: func(old LocallySignedCert, in LocallySignedCertArgs) []string {
			return renewal(old.Validity, in.EarlyRenewalHours)
		},
		Secret: []string{"caPrivateKeyPem"},
		Check: func(in LocallySignedCertArgs) []cloud.Failure {
			return append(checkUses(in.AllowedUses), checkValidity(in.ValidityPeriodHours, in.EarlyRenewalHours)...)
		},
		Create: func(_ context.Context, _ string, in LocallySignedCertArgs) (string, LocallySignedCert, error) {
			id, out, err := createLocallySigned(in, time.Now())
			if err != nil {
				return "", LocallySignedCert{}, fmt.Errorf("create locally signed certificate: %w", err)
			}
			return id, out, nil
		},
		Update: func(_ context.Context, _ string, old LocallySignedCert, in LocallySignedCertArgs) (LocallySignedCert, error) {
			old.LocallySignedCertArgs = in
			return old, nil
		},
	}
}

func createLocallySigned(in LocallySignedCertArgs, now time.Time) (string, LocallySignedCert, error) {
	key, algorithm, err := decodeKey(in.CaPrivateKeyPem)
	if err != nil {
		return "", LocallySignedCert{}, err
	}
	authority, err := decodeCertificate(in.CaCertPem)
	if err != nil {
		return "", LocallySignedCert{}, err
	}
	request, err := decodeRequest(in.CertRequestPem)
	if err != nil {
		return "", LocallySignedCert{}, err
	}
	text, id, validity, err := issue{
		template: &x509.Certificate{
			Subject: request.Subject, DNSNames: request.DNSNames, IPAddresses: request.IPAddresses, URIs: request.URIs,
		},
		uses: in.AllowedUses, hours: in.ValidityPeriodHours, earlyRenewal: in.EarlyRenewalHours,
		authority: in.IsCaCertificate, setSubjectKey: in.SetSubjectKeyId,
		public: request.PublicKey, parent: authority, signer: key,
	}.sign(now)
	if err != nil {
		return "", LocallySignedCert{}, err
	}
	return id, LocallySignedCert{
		LocallySignedCertArgs: in, Validity: validity, CertPem: text, CaKeyAlgorithm: algorithm,
	}, nil
}

func decodeCertificate(text string) (*x509.Certificate, error) {
	der, err := decodePEM("CERTIFICATE", text)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func decodeRequest(text string) (*x509.CertificateRequest, error) {
	der, err := decodePEM("CERTIFICATE REQUEST", text)
	if err != nil {
		return nil, err
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, err
	}
	return request, request.CheckSignature()
}
