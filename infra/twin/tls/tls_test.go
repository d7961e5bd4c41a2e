package tls

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
)

const (
	keyToken     = "tls:index/privateKey:PrivateKey"
	selfToken    = "tls:index/selfSignedCert:SelfSignedCert"
	requestToken = "tls:index/certRequest:CertRequest"
	signedToken  = "tls:index/locallySignedCert:LocallySignedCert"
)

func TestPrivateKeysOfEveryAlgorithm(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	for name, test := range map[string]struct {
		args map[string]any
		ssh  string // the type of the OpenSSH key; empty where there is none
	}{
		"p256":    {map[string]any{"algorithm": "ECDSA", "ecdsaCurve": "P256"}, "ecdsa-sha2-nistp256"},
		"p384":    {map[string]any{"algorithm": "ECDSA", "ecdsaCurve": "P384"}, "ecdsa-sha2-nistp384"},
		"p224":    {map[string]any{"algorithm": "ECDSA"}, ""},
		"rsa":     {map[string]any{"algorithm": "RSA"}, "ssh-rsa"},
		"ed25519": {map[string]any{"algorithm": "ED25519"}, "ssh-ed25519"},
	} {
		r := s.MustUp(keyToken, name, test.args)
		for _, property := range []string{"privateKeyPem", "privateKeyPemPkcs8"} {
			require.True(t, r.Secret(property), "%s: %s", name, property)
			key, algorithm, err := decodeKey(r.Output(property).(string))
			require.NoError(t, err, name)
			assert.Equal(t, test.args["algorithm"], algorithm)
			public, err := x509.MarshalPKIXPublicKey(key.Public())
			require.NoError(t, err)
			assert.Equal(t, encodePEM("PUBLIC KEY", public), r.Output("publicKeyPem"))
		}
		openSSH := r.Output("privateKeyOpenssh").(string)
		if test.ssh == "" {
			assert.Empty(t, openSSH)
			continue
		}
		signer, err := ssh.ParsePrivateKey([]byte(openSSH))
		require.NoError(t, err, name)
		assert.Equal(t, test.ssh, signer.PublicKey().Type())
		assert.Equal(t, string(ssh.MarshalAuthorizedKey(signer.PublicKey())), r.Output("publicKeyOpenssh"))
		assert.True(t, r.Secret("privateKeyOpenssh"))
		assert.False(t, r.Secret("publicKeyOpenssh"))
	}
}

// authority is a stack's own: a key and a certificate that may sign others.
func authority(s *cloudtest.Stack) (key, cert cloudtest.Resource) {
	key = s.MustUp(keyToken, "ca-key", map[string]any{"algorithm": "ECDSA", "ecdsaCurve": "P256"})
	return key, s.MustUp(selfToken, "ca", map[string]any{
		"privateKeyPem": key.Output("privateKeyPem"), "isCaCertificate": true, "validityPeriodHours": 87600,
		"allowedUses": []any{"cert_signing", "crl_signing"},
		"subject":     map[string]any{"commonName": "crosscloud test", "organization": "crosscloud"},
	})
}

// serverArgs ask for a certificate of a database's address.
func serverArgs(s *cloudtest.Stack, hours int) map[string]any {
	caKey, ca := authority(s)
	key := s.MustUp(keyToken, "key", map[string]any{"algorithm": "ECDSA", "ecdsaCurve": "P256"})
	request := s.MustUp(requestToken, "request", map[string]any{
		"privateKeyPem": key.Output("privateKeyPem"),
		"subject":       map[string]any{"commonName": "database"},
		"ipAddresses":   []any{"198.18.32.1"}, "dnsNames": []any{"db.example.com"},
	})
	return map[string]any{
		"certRequestPem": request.Output("certRequestPem"), "caPrivateKeyPem": caKey.Output("privateKeyPem"),
		"caCertPem": ca.Output("certPem"), "validityPeriodHours": hours, "allowedUses": []any{"server_auth", "digital_signature"},
	}
}

func TestServerCertificateIsTrustedThroughTheAuthorityOnly(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	server := s.MustUp(signedToken, "server", serverArgs(s, 24))
	ca := s.Get("ca")

	certificate, err := decodeCertificate(server.Output("certPem").(string))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(ca.Output("certPem").(string))))
	for name, test := range map[string]struct {
		options x509.VerifyOptions
		fails   string
	}{
		"its address":       {x509.VerifyOptions{Roots: roots, DNSName: "198.18.32.1"}, ""},
		"its name":          {x509.VerifyOptions{Roots: roots, DNSName: "db.example.com"}, ""},
		"another address":   {x509.VerifyOptions{Roots: roots, DNSName: "198.18.32.2"}, "not 198.18.32.2"},
		"another authority": {x509.VerifyOptions{Roots: x509.NewCertPool(), DNSName: "198.18.32.1"}, "unknown authority"},
		"as a client": {x509.VerifyOptions{
			Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}, "incompatible key usage"},
		"after its end": {x509.VerifyOptions{Roots: roots, CurrentTime: time.Now().Add(25 * time.Hour)}, "expired"},
	} {
		_, err := certificate.Verify(test.options)
		if test.fails == "" {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorContains(t, err, test.fails, name)
		}
	}
	assert.Equal(t, certificate.SerialNumber.String(), server.ID)
	assert.Equal(t, "ECDSA", server.Output("caKeyAlgorithm"))
	assert.True(t, server.Secret("caPrivateKeyPem"))
	assert.True(t, s.Get("request").Secret("privateKeyPem"))
	assert.False(t, server.Secret("certPem"))

	handshake(t, server.Output("certPem").(string), s.Get("key").Output("privateKeyPem").(string), roots)
}

// handshake shows that a server can use the certificate with its key.
func handshake(t *testing.T, certificate, key string, roots *x509.CertPool) {
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	require.NoError(t, err)
	here, there := net.Pipe()
	go func() {
		_ = tls.Server(there, &tls.Config{Certificates: []tls.Certificate{pair}}).HandshakeContext(t.Context())
	}()
	require.NoError(t, tls.Client(here, &tls.Config{RootCAs: roots, ServerName: "198.18.32.1"}).HandshakeContext(t.Context()))
}

func TestCertificateIsReplacedWhenItsRenewalIsDue(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	args := serverArgs(s, 24)
	first := s.MustUp(signedToken, "server", args)
	assert.Equal(t, false, first.Output("readyForRenewal"))
	assert.Equal(t, cloudtest.Same, s.MustUp(signedToken, "server", args).Change)

	args["earlyRenewalHours"] = 23
	assert.Equal(t, cloudtest.Updated, s.MustUp(signedToken, "server", args).Change, "an hour is left")

	args["earlyRenewalHours"] = 25
	second := s.MustUp(signedToken, "server", args)
	assert.Equal(t, cloudtest.Replaced, second.Change)
	assert.NotEqual(t, first.ID, second.ID)
	assert.Contains(t, second.Diff, "readyForRenewal")
	assert.Equal(t, true, second.Output("readyForRenewal"), "the new one is due from its first hour on")
}

func TestChangedKeyReplacesTheCertificate(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	_, ca := authority(s)
	other := s.MustUp(keyToken, "other", map[string]any{"algorithm": "ECDSA", "ecdsaCurve": "P384"})
	again := s.MustUp(selfToken, "ca", map[string]any{
		"privateKeyPem": other.Output("privateKeyPem"), "isCaCertificate": true, "validityPeriodHours": 87600,
		"allowedUses": []any{"cert_signing", "crl_signing"},
		"subject":     map[string]any{"commonName": "crosscloud test", "organization": "crosscloud"},
	})
	assert.Equal(t, cloudtest.Replaced, again.Change)
	assert.NotEqual(t, ca.Output("certPem"), again.Output("certPem"))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := cloudtest.New(t, Provider(cloud.Env{}), nil)
	key := s.MustUp(keyToken, "key", map[string]any{"algorithm": "ECDSA", "ecdsaCurve": "P256"}).Output("privateKeyPem")
	for _, test := range []struct {
		token string
		args  map[string]any
		want  string
	}{
		{keyToken, map[string]any{}, `"algorithm" is required`},
		{keyToken, map[string]any{"algorithm": "EC"}, `got: "EC"`},
		{keyToken, map[string]any{"algorithm": "ECDSA", "ecdsaCurve": "P-256"}, `got: "P-256"`},
		{keyToken, map[string]any{"algorithm": "RSA", "rsaBits": 512}, "too short"},
		{requestToken, map[string]any{"privateKeyPem": key, "ipAddresses": []any{"1.2.3"}}, `"1.2.3" is not an IP address`},
		{requestToken, map[string]any{"privateKeyPem": "none"}, "no PEM data found"},
		{selfToken, map[string]any{
			"privateKeyPem": key, "validityPeriodHours": 1, "allowedUses": []any{"serverAuth"},
		}, `got: "serverAuth"`},
		{selfToken, map[string]any{
			"privateKeyPem": key, "validityPeriodHours": -1, "allowedUses": []any{},
		}, "value must be at least 0, got: -1"},
		{signedToken, map[string]any{
			"certRequestPem": "none", "caCertPem": "none", "caPrivateKeyPem": key, "validityPeriodHours": 1, "allowedUses": []any{},
		}, "no CERTIFICATE found"},
	} {
		_, err := s.Up(test.token, "refused", test.args)
		assert.ErrorContains(t, err, test.want)
	}
}
