package tls

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"

	"crosscloud/infra/twin/cloud"
)

// CertRequestArgs are the arguments of tls:index/certRequest:CertRequest.
type CertRequestArgs struct {
	Names
	PrivateKeyPem string   `json:"privateKeyPem"`
	Subject       *Subject `json:"subject,omitempty"`
}

// CertRequest is a PKCS #10 request, to be signed by an authority.
type CertRequest struct {
	CertRequestArgs
	CertRequestPem string `json:"certRequestPem"`
	KeyAlgorithm   string `json:"keyAlgorithm"`
}

func certRequest() cloud.Resource {
	return cloud.Kind[CertRequestArgs, CertRequest]{
		Token:    "tls:index/certRequest:CertRequest",
		Required: []string{"privateKeyPem"},
		Replace:  []string{"dnsNames", "ipAddresses", "privateKeyPem", "subject", "uris"},
		Secret:   []string{"privateKeyPem"},
		Check:    func(in CertRequestArgs) []cloud.Failure { return in.Names.check() },
		Create: func(_ context.Context, _ string, in CertRequestArgs) (string, CertRequest, error) {
			id, out, err := createRequest(in)
			if err != nil {
				return "", CertRequest{}, fmt.Errorf("create certificate request: %w", err)
			}
			return id, out, nil
		},
	}
}

func createRequest(in CertRequestArgs) (string, CertRequest, error) {
	key, algorithm, err := decodeKey(in.PrivateKeyPem)
	if err != nil {
		return "", CertRequest{}, err
	}
	addresses, uris, err := in.Names.parse()
	if err != nil {
		return "", CertRequest{}, err
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: in.Subject.name(), DNSNames: in.DnsNames, IPAddresses: addresses, URIs: uris,
	}, key)
	if err != nil {
		return "", CertRequest{}, err
	}
	return fingerprint(der), CertRequest{
		CertRequestArgs: in,
		CertRequestPem:  encodePEM("CERTIFICATE REQUEST", der),
		KeyAlgorithm:    algorithm,
	}, nil
}
