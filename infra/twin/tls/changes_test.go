package tls

import (
	"testing"

	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/cloud"
	"crosscloud/infra/twin/cloud/cloudtest"
)

const registry = "https://registry.terraform.io/providers/hashicorp/tls/latest/docs/resources/"

// TestWhatAChangeDoes has every argument of every kind. What is signed can't be changed; only the hours of early renewal
// are about the next certificate.
func TestWhatAChangeDoes(t *testing.T) {
	t.Parallel()
	tables := map[string]func(*cloudtest.Stack) cloudtest.Kind{
		keyToken: keyChanges, requestToken: requestChanges, selfToken: selfSignedChanges, signedToken: signedChanges,
	}
	for _, token := range cloud.Tokens(Provider(cloud.Env{})) {
		t.Run(token, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, tables, token, "what does a change of each of its arguments do?")
			cloudtest.TryChanges(t, func(t *testing.T) cloudtest.Kind {
				s := cloudtest.New(t, Provider(cloud.Env{}), nil)
				k := tables[token](s)
				k.Stack, k.Token = s, token
				return k
			})
		})
	}
}

func keyChanges(*cloudtest.Stack) cloudtest.Kind {
	return cloudtest.Kind{
		Source: registry + "private_key",
		Args:   map[string]any{"algorithm": "ECDSA"},
		Changes: []cloudtest.Change{
			cloudtest.Replaces("algorithm", "ED25519"),
			cloudtest.Replaces("ecdsaCurve", "P256"),
			cloudtest.Replaces("rsaBits", 3072),
		},
	}
}

func requestChanges(s *cloudtest.Stack) cloudtest.Kind {
	return cloudtest.Kind{
		Source:  registry + "cert_request",
		Args:    map[string]any{"privateKeyPem": newKey(s, "key")},
		Changes: append(namesChanges(), cloudtest.Replaces("privateKeyPem", newKey(s, "other"))),
	}
}

func selfSignedChanges(s *cloudtest.Stack) cloudtest.Kind {
	return cloudtest.Kind{
		Source: registry + "self_signed_cert",
		Args: map[string]any{
			"privateKeyPem": newKey(s, "key"), "validityPeriodHours": 24, "allowedUses": []any{"server_auth"},
		},
		Changes: append(append(namesChanges(), certificateChanges()...),
			cloudtest.Replaces("privateKeyPem", newKey(s, "other")),
			cloudtest.Replaces("setAuthorityKeyId", true),
		),
	}
}

func signedChanges(s *cloudtest.Stack) cloudtest.Kind {
	args := serverArgs(s, 24)
	key := newKey(s, "other")
	other := s.MustUp(selfToken, "other-ca", map[string]any{
		"privateKeyPem": key, "isCaCertificate": true, "validityPeriodHours": 24, "allowedUses": []any{"cert_signing"},
	}).Output("certPem")
	request := s.MustUp(requestToken, "other-request", map[string]any{"privateKeyPem": key}).Output("certRequestPem")
	return cloudtest.Kind{
		Source: registry + "locally_signed_cert",
		Args:   args,
		Changes: append(certificateChanges(),
			cloudtest.Replaces("caCertPem", other).And("caPrivateKeyPem", key),
			cloudtest.Replaces("caPrivateKeyPem", key).And("caCertPem", other),
			cloudtest.Replaces("certRequestPem", request),
		),
	}
}

// certificateChanges are those of arguments that every certificate has.
func certificateChanges() []cloudtest.Change {
	return []cloudtest.Change{
		cloudtest.Replaces("allowedUses", []any{"client_auth"}),
		cloudtest.InPlace("earlyRenewalHours", 1).When("it is not due"),
		cloudtest.Replaces("isCaCertificate", true),
		cloudtest.Replaces("setSubjectKeyId", true),
		cloudtest.Replaces("validityPeriodHours", 48),
	}
}

func namesChanges() []cloudtest.Change {
	all := []cloudtest.Change{
		cloudtest.Replaces("dnsNames", []any{"db.example.com"}),
		cloudtest.Replaces("ipAddresses", []any{"198.18.32.1"}),
		cloudtest.Replaces("uris", []any{"spiffe://example.com/db"}),
		cloudtest.Replaces("subject.streetAddresses", []any{"1 Main Street"}),
	}
	for _, part := range []string{
		"commonName", "country", "emailAddress", "locality", "organization", "organizationalUnit", "postalCode", "province", "serialNumber",
	} {
		all = append(all, cloudtest.Replaces("subject."+part, "xy"))
	}
	return all
}

func newKey(s *cloudtest.Stack, name string) any {
	return s.MustUp(keyToken, name, map[string]any{"algorithm": "ECDSA", "ecdsaCurve": "P256"}).Output("privateKeyPem")
}
