package tls

import (
	"crypto/x509"
	"fmt"
	"maps"
	"slices"

	"crosscloud/infra/twin/cloud"
)

// The argument "allowedUses" mixes the key usages of RFC 5280 §4.2.1.3 with the extended ones of §4.2.1.12. The SDK's
// comments list the values in camel case; the provider takes only these, in snake case, and refuses the others.
var (
	keyUsages = map[string]x509.KeyUsage{
		"digital_signature":  x509.KeyUsageDigitalSignature,
		"content_commitment": x509.KeyUsageContentCommitment,
		"key_encipherment":   x509.KeyUsageKeyEncipherment,
		"data_encipherment":  x509.KeyUsageDataEncipherment,
		"key_agreement":      x509.KeyUsageKeyAgreement,
		"cert_signing":       x509.KeyUsageCertSign,
		"crl_signing":        x509.KeyUsageCRLSign,
		"encipher_only":      x509.KeyUsageEncipherOnly,
		"decipher_only":      x509.KeyUsageDecipherOnly,
	}
	extendedKeyUsages = map[string]x509.ExtKeyUsage{
		"any_extended":                      x509.ExtKeyUsageAny,
		"server_auth":                       x509.ExtKeyUsageServerAuth,
		"client_auth":                       x509.ExtKeyUsageClientAuth,
		"code_signing":                      x509.ExtKeyUsageCodeSigning,
		"email_protection":                  x509.ExtKeyUsageEmailProtection,
		"ipsec_end_system":                  x509.ExtKeyUsageIPSECEndSystem,
		"ipsec_tunnel":                      x509.ExtKeyUsageIPSECTunnel,
		"ipsec_user":                        x509.ExtKeyUsageIPSECUser,
		"timestamping":                      x509.ExtKeyUsageTimeStamping,
		"ocsp_signing":                      x509.ExtKeyUsageOCSPSigning,
		"microsoft_server_gated_crypto":     x509.ExtKeyUsageMicrosoftServerGatedCrypto,
		"netscape_server_gated_crypto":      x509.ExtKeyUsageNetscapeServerGatedCrypto,
		"microsoft_commercial_code_signing": x509.ExtKeyUsageMicrosoftCommercialCodeSigning,
		"microsoft_kernel_code_signing":     x509.ExtKeyUsageMicrosoftKernelCodeSigning,
	}
)

func checkUses(uses []string) []cloud.Failure {
	var failures []cloud.Failure
	for i, use := range uses {
		_, basic := keyUsages[use]
		_, extended := extendedKeyUsages[use]
		if !basic && !extended && use != "" { // empty: not known yet
			known := append(slices.Collect(maps.Keys(keyUsages)), slices.Collect(maps.Keys(extendedKeyUsages))...)
			failures = append(failures, cloud.Failure{
				Property: fmt.Sprintf("allowedUses[%d]", i),
				Reason:   fmt.Sprintf("value must be one of: %q, got: %q", slices.Sorted(slices.Values(known)), use),
			})
		}
	}
	return failures
}

func setUses(template *x509.Certificate, uses []string) {
	for _, use := range uses {
		if basic, ok := keyUsages[use]; ok {
			template.KeyUsage |= basic
		}
		if extended, ok := extendedKeyUsages[use]; ok {
			template.ExtKeyUsage = append(template.ExtKeyUsage, extended)
		}
	}
}
