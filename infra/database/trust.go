package database

import (
	"fmt"

	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Certificates are renewed by the first update in the last stretch of their life, and by nothing else, so
// lives and stretches are long. The keys stay, so a renewed authority vouches for older certificates too.
const (
	year = 365 * 24 // hours

	authorityHours, authorityRenewalHours = 10 * year, 3 * year
	serverHours, serverRenewalHours       = 3 * year, 1 * year
)

// trust is the private certificate authority and the server's certificate. A public authority would vouch for
// names that others could get certificates for; this one signs exactly one certificate.
type trust struct {
	caCertificate     pulumi.StringOutput // PEM
	serverCertificate pulumi.StringOutput // PEM
	serverKey         pulumi.StringOutput // PEM, secret
}

func newTrust(ctx *pulumi.Context, db *Database) (*trust, error) {
	caKey, err := newKey(ctx, db, "ca-key")
	if err != nil {
		return nil, err
	}
	ca, err := tls.NewSelfSignedCert(ctx, db.name+"-ca", &tls.SelfSignedCertArgs{
		PrivateKeyPem: caKey.PrivateKeyPem,
		Subject: &tls.SelfSignedCertSubjectArgs{
			CommonName:   pulumi.Sprintf("%s %s database CA", ctx.Project(), ctx.Stack()),
			Organization: pulumi.String(ctx.Project()),
		},
		IsCaCertificate:     pulumi.Bool(true),
		AllowedUses:         pulumi.ToStringArray([]string{"cert_signing", "crl_signing"}),
		ValidityPeriodHours: pulumi.Int(authorityHours),
		EarlyRenewalHours:   pulumi.Int(authorityRenewalHours),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create the certificate authority: %w", err)
	}
	serverKey, err := newKey(ctx, db, "server-key")
	if err != nil {
		return nil, err
	}
	request, err := tls.NewCertRequest(ctx, db.name+"-server-request", &tls.CertRequestArgs{
		PrivateKeyPem: serverKey.PrivateKeyPem,
		Subject: &tls.CertRequestSubjectArgs{
			CommonName:   pulumi.Sprintf("%s %s database", ctx.Project(), ctx.Stack()),
			Organization: pulumi.String(ctx.Project()),
		},
		// Clients connect to the address, so that is what the certificate must be for.
		IpAddresses: pulumi.StringArray{db.args.Address.IPv4},
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("request the server's certificate: %w", err)
	}
	server, err := tls.NewLocallySignedCert(ctx, db.name+"-server", &tls.LocallySignedCertArgs{
		CertRequestPem:      request.CertRequestPem,
		CaPrivateKeyPem:     caKey.PrivateKeyPem,
		CaCertPem:           ca.CertPem,
		AllowedUses:         pulumi.ToStringArray([]string{"digital_signature", "server_auth"}),
		ValidityPeriodHours: pulumi.Int(serverHours),
		EarlyRenewalHours:   pulumi.Int(serverRenewalHours),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("sign the server's certificate: %w", err)
	}
	return &trust{caCertificate: ca.CertPem, serverCertificate: server.CertPem, serverKey: serverKey.PrivateKeyPem}, nil
}

// newKey makes an ECDSA key on P-256. Not Ed25519: it has no hash for tls-server-end-point (RFC 5929), so
// clients that demand channel binding could not connect.
func newKey(ctx *pulumi.Context, db *Database, what string) (*tls.PrivateKey, error) {
	key, err := tls.NewPrivateKey(ctx, db.name+"-"+what, &tls.PrivateKeyArgs{
		Algorithm:  pulumi.String("ECDSA"),
		EcdsaCurve: pulumi.String("P256"),
	}, db.options()...)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", what, err)
	}
	return key, nil
}
