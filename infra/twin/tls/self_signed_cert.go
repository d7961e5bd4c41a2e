package tls

import (
	"context"
	"crypto/x509"
	"fmt"
	"time"

	"crosscloud/infra/twin/cloud"
)

// SelfSignedCertArgs are the arguments of tls:index/selfSignedCert:SelfSignedCert.
type SelfSignedCertArgs struct {
	Names
	AllowedUses         []string `json:"allowedUses"`
	EarlyRenewalHours   int      `json:"earlyRenewalHours"`
	IsCaCertificate     bool     `json:"isCaCertificate"`
	PrivateKeyPem       string   `json:"privateKeyPem"`
	SetAuthorityKeyId   bool     `json:"setAuthorityKeyId"`
	SetSubjectKeyId     bool     `json:"setSubjectKeyId"`
	Subject             *Subject `json:"subject,omitempty"`
	ValidityPeriodHours int      `json:"validityPeriodHours"`
}

// SelfSignedCert is a certificate signed by its own key: the stack's authority, for one.
type SelfSignedCert struct {
	SelfSignedCertArgs
	Validity
	CertPem      string `json:"certPem"`
	KeyAlgorithm string `json:"keyAlgorithm"`
}

func selfSignedCert() cloud.Resource {
	return cloud.Kind[SelfSignedCertArgs, SelfSignedCert]{
		Token:    "tls:index/selfSignedCert:SelfSignedCert",
		Required: []string{"allowedUses", "privateKeyPem", "validityPeriodHours"},
		// Only the hours of early renewal are about the next certificate; all else is in this one.
		Replace: []string{
			"allowedUses", "dnsNames", "ipAddresses", "isCaCertificate", "privateKeyPem", "setAuthorityKeyId",
			"setSubjectKeyId", "subject", "uris", "validityPeriodHours",
		},
		ReplaceIf: func(old SelfSignedCert, in SelfSignedCertArgs) []string {
			return renewal(old.Validity, in.EarlyRenewalHours)
		},
		Secret: []string{"privateKeyPem"},
		Check: func(in SelfSignedCertArgs) []cloud.Failure {
			failures := append(in.Names.check(), checkUses(in.AllowedUses)...)
			return append(failures, checkValidity(in.ValidityPeriodHours, in.EarlyRenewalHours)...)
		},
		Create: func(_ context.Context, _ string, in SelfSignedCertArgs) (string, SelfSignedCert, error) {
			return createSelfSigned(in, time.Now())
		},
		Update: func(_ context.Context, _ string, old SelfSignedCert, in SelfSignedCertArgs) (SelfSignedCert, error) {
			old.SelfSignedCertArgs = in
			return old, nil
		},
	}
}

func createSelfSigned(in SelfSignedCertArgs, now time.Time) (string, SelfSignedCert, error) {
	key, algorithm, err := decodeKey(in.PrivateKeyPem)
	if err != nil {
		return "", SelfSignedCert{}, fmt.Errorf("create self-signed certificate: %w", err)
	}
	addresses, uris, err := in.Names.parse()
	if err != nil {
		return "", SelfSignedCert{}, fmt.Errorf("create self-signed certificate: %w", err)
	}
	text, id, validity, err := issue{
		template: &x509.Certificate{
			Subject: in.Subject.name(), DNSNames: in.DnsNames, IPAddresses: addresses, URIs: uris,
		},
		uses: in.AllowedUses, hours: in.ValidityPeriodHours, earlyRenewal: in.EarlyRenewalHours,
		authority: in.IsCaCertificate, setSubjectKey: in.SetSubjectKeyId, setAuthorityKey: in.SetAuthorityKeyId,
		public: key.Public(), signer: key,
	}.sign(now)
	if err != nil {
		return "", SelfSignedCert{}, fmt.Errorf("create self-signed certificate: %w", err)
	}
	return id, SelfSignedCert{SelfSignedCertArgs: in, Validity: validity, CertPem: text, KeyAlgorithm: algorithm}, nil
}
